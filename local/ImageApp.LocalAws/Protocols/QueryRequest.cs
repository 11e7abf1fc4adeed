using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace ImageApp.LocalAws.Protocols;

/// <summary>
/// The parameters of a request in the Query protocol, where lists and maps are flattened: <c>Tags.member.1.Key</c>,
/// <c>Attributes.entry.1.key</c> (Smithy, "AWS query protocol").
/// </summary>
/// <param name="values">The parameters by their flat names.</param>
/// <param name="invalidCode">The error code by which the service refuses a parameter.</param>
internal sealed class QueryRequest(IReadOnlyDictionary<string, string> values, string invalidCode)
{
    /// <summary>Reads the parameters of a form body, then those of the URL.</summary>
    public static QueryRequest Read(AwsRequest request, string invalidCode)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        if (request.HttpContext.Request.HasFormContentType)
        {
            foreach (var (name, form) in QueryHelpers.ParseQuery(Encoding.UTF8.GetString(request.Body.Span)))
            {
                parameters[name] = form.ToString();
            }
        }

        foreach (var (name, query) in request.HttpContext.Request.Query)
        {
            parameters.TryAdd(name, query.ToString());
        }

        return new QueryRequest(parameters, invalidCode);
    }

    /// <summary>The action that is asked for.</summary>
    /// <exception cref="AwsServiceException"><c>MissingAction</c>.</exception>
    public string Action => this["Action"] ?? throw new AwsServiceException("MissingAction", "The request has no parameter Action.");

    public IEnumerable<string> Names => values.Keys;

    /// <summary>Null where it is not there.</summary>
    public string? this[string name] => values.GetValueOrDefault(name);

    /// <summary>A parameter that must be there.</summary>
    public string Required(string name) => this[name] ?? throw Invalid($"Invalid parameter: {name} is missing.");

    public bool Flag(string name) => this[name] switch
    {
        null or "false" => false,
        "true" => true,
        var other => throw Invalid($"{name} must be true or false, but is '{other}'"),
    };

    /// <summary>A list of strings, <c>name.member.1</c> and so on.</summary>
    public IReadOnlyList<string> List(string name) =>
        [.. from item in Items(name + ".member.") where item.Member.Length == 0 orderby item.Index select item.Value];

    /// <summary>A list of structures, <c>name.member.1.Key</c> and so on.</summary>
    public IReadOnlyList<QueryRequest> Records(string name) => Structures(name + ".member.");

    /// <summary>The entries of a map, <c>name.entry.1.key</c> and so on.</summary>
    public IReadOnlyList<QueryRequest> Entries(string name) => Structures(name + ".entry.");

    /// <summary>A map of strings, written as <c>name.entry.1.key</c> and <c>name.entry.1.value</c>.</summary>
    public IReadOnlyDictionary<string, string> Map(string name)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in Entries(name))
        {
            map[entry.Required("key")] = entry.Required("value");
        }

        return map;
    }

    private QueryRequest[] Structures(string prefix) =>
    [
        .. from item in Items(prefix)
           where item.Member.Length > 0
           group item by item.Index into record
           orderby record.Key
           select new QueryRequest(record.ToDictionary(item => item.Member, item => item.Value, StringComparer.Ordinal), invalidCode),
    ];

    private IEnumerable<(int Index, string Member, string Value)> Items(string prefix)
    {
        foreach (var (key, value) in values)
        {
            if (!key.StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            var rest = key[prefix.Length..];
            var dot = rest.IndexOf('.', StringComparison.Ordinal);

            // One number is written in one way: 01 beside 1 would be two of the same.
            yield return !rest.StartsWith('0')
                && int.TryParse(dot < 0 ? rest : rest[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                ? (index, dot < 0 ? "" : rest[(dot + 1)..], value)
                : throw Invalid($"Invalid parameter: '{key}' has no number after '{prefix}'.");
        }
    }

    private AwsServiceException Invalid(string message) => new(invalidCode, message);
}
