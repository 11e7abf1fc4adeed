namespace ImageApp.LocalAws.Http;

/// <summary>A request of the AWS Query protocol.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Parameters">The form's fields.</param>
internal sealed record QueryRequest(string Action, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>An optional parameter; null where it is missing.</summary>
    public string? Find(string name) => Parameters.GetValueOrDefault(name);

    /// <summary>A required parameter.</summary>
    /// <exception cref="AwsServiceException"><c>ValidationError</c> where it is missing.</exception>
    public string Get(string name) => Parameters.TryGetValue(name, out var value)
        ? value
        : throw new AwsServiceException("ValidationError", $"The parameter {name} is required by {Action}.");

    /// <summary>The members of a list such as <c>Tags.member.1.Key</c>: each member's fields, the scalar member's own under the empty name.</summary>
    public List<Dictionary<string, string>> List(string name, string member = "member")
    {
        var items = new List<Dictionary<string, string>>();
        for (var i = 1; ; i++)
        {
            var prefix = $"{name}.{member}.{i}";
            var item = Parameters.Where(field => field.Key == prefix || field.Key.StartsWith(prefix + ".", StringComparison.Ordinal))
                .ToDictionary(field => field.Key.Length == prefix.Length ? "" : field.Key[(prefix.Length + 1)..], field => field.Value);
            if (item.Count == 0)
            {
                return items;
            }

            items.Add(item);
        }
    }

    /// <summary>A map such as <c>Attributes.entry.1.key</c> and <c>.value</c>.</summary>
    public Dictionary<string, string> Map(string name, string key = "key", string value = "value") =>
        List(name, "entry").ToDictionary(entry => entry.GetValueOrDefault(key, ""), entry => entry.GetValueOrDefault(value, ""));
}
