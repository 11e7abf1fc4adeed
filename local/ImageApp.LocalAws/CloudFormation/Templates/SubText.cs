using System.Text.RegularExpressions;

namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>The text of an <c>Fn::Sub</c>: <c>${Name}</c> is replaced, <c>${!Name}</c> gives <c>${Name}</c> itself.</summary>
internal static partial class SubText
{
    public static IEnumerable<string> Names(string text) =>
        from Match match in Placeholder().Matches(text)
        where match.Groups["literal"].Length == 0
        select Checked(match.Groups["name"].Value.Trim());

    public static string Replace(string text, Func<string, string> value) =>
        Placeholder()
            .Replace(
                text,
                match =>
                    match.Groups["literal"].Length > 0
                        ? "${" + match.Groups["name"].Value + "}"
                        : value(Checked(match.Groups["name"].Value.Trim())));

    private static string Checked(string name) =>
        Name().IsMatch(name)
            ? name
            : throw TemplateErrors.Template(
                "variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons");

    [GeneratedRegex(@"\$\{(?<literal>!?)(?<name>[^}]*)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\A[A-Za-z0-9_.:]+\z")]
    private static partial Regex Name();
}
