using System.Globalization;
using ImageApp.LocalAws.CloudFormation.Templates;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>The parameters of a request in the Query protocol, where lists are flattened: <c>Tags.member.1.Key</c> (Smithy, "AWS query protocol").</summary>
internal sealed class QueryParameters(IReadOnlyDictionary<string, string> values)
{
    /// <summary>Null where it is not there.</summary>
    public string? this[string name] => values.GetValueOrDefault(name);

    public IEnumerable<string> Names => values.Keys;

    public bool Flag(string name) => values.GetValueOrDefault(name) switch
    {
        null or "false" => false,
        "true" => true,
        var other => throw TemplateErrors.Validation($"{name} must be true or false, but is '{other}'"),
    };

    /// <summary>A list of strings.</summary>
    public IReadOnlyList<string> List(string name) =>
        [.. from item in Items(name) where item.Member.Length == 0 orderby item.Index select item.Value];

    /// <summary>A list of structures.</summary>
    public IReadOnlyList<QueryParameters> Records(string name) =>
    [
        .. from item in Items(name)
           where item.Member.Length > 0
           group item by item.Index into record
           orderby record.Key
           select new QueryParameters(record.ToDictionary(item => item.Member, item => item.Value, StringComparer.Ordinal)),
    ];

    private IEnumerable<(int Index, string Member, string Value)> Items(string name)
    {
        var prefix = name + ".member.";
        foreach (var (key, value) in values)
        {
            if (!key.StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            var rest = key[prefix.Length..];
            var dot = rest.IndexOf('.', StringComparison.Ordinal);
            if (int.TryParse(dot < 0 ? rest : rest[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            {
                yield return (index, dot < 0 ? "" : rest[(dot + 1)..], value);
            }
        }
    }
}
