using System.Text.RegularExpressions;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>The variables of <c>Fn::Sub</c>: <c>${Name}</c>, <c>${Resource.Attribute}</c>, and <c>${!Literal}</c>, which is none.</summary>
internal static partial class Substitution
{
    /// <summary>The names in a text.</summary>
    public static IEnumerable<string> Names(string text) => Variable().Matches(text).Select(match => match.Groups["name"].Value).Where(name => !name.StartsWith('!'));

    /// <summary>The text with its variables replaced.</summary>
    public static string Replace(string text, Func<string, string> value) =>
        Variable().Replace(text, match => match.Groups["name"].Value is ['!', .. var literal] ? $"${{{literal}}}" : value(match.Groups["name"].Value.Trim()));

    [GeneratedRegex(@"\$\{(?<name>[^}]+)\}")]
    private static partial Regex Variable();
}
