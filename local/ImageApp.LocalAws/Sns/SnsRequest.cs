using System.Globalization;
using ImageApp.LocalAws.Sqs;

namespace ImageApp.LocalAws.Sns;

/// <summary>The form parameters of a request in the Query protocol.</summary>
internal sealed class SnsRequest(IReadOnlyDictionary<string, string> parameters)
{
    public string Required(string name) => Text(name) ?? throw new AwsServiceException("InvalidParameter", $"Invalid parameter: {name} is missing.");

    public string? Text(string name) => parameters.GetValueOrDefault(name);

    /// <summary>A list, <c>name.member.1</c> and so on.</summary>
    public IReadOnlyList<string> Members(string name) => [.. Indexes($"{name}.member.").Select(prefix => Value(prefix[..^1]))];

    /// <summary>A map written as <c>name.entry.1.key</c> and <c>name.entry.1.value</c>.</summary>
    public IReadOnlyDictionary<string, string> Map(string name) => Pairs($"{name}.entry.", "key", "value");

    /// <summary>Tags, written as <c>name.member.1.Key</c> and <c>name.member.1.Value</c>.</summary>
    public IReadOnlyDictionary<string, string> Tags(string name) => Pairs($"{name}.member.", "Key", "Value");

    /// <summary>The prefixes of a list's entries, each with the dot at its end.</summary>
    public IReadOnlyList<string> Indexes(string listPrefix)
    {
        return [.. parameters.Keys
            .Where(key => key.StartsWith(listPrefix, StringComparison.Ordinal))
            .Select(key => int.TryParse(key[listPrefix.Length..].Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : throw new AwsServiceException("InvalidParameter", $"Invalid parameter: '{key}' has no number after '{listPrefix}'."))
            .Distinct()
            .Order()
            .Select(index => $"{listPrefix}{index}.")];
    }

    public IReadOnlyDictionary<string, MessageAttribute> MessageAttributes(string prefix)
    {
        var attributes = new Dictionary<string, MessageAttribute>();
        foreach (var entry in Indexes($"{prefix}MessageAttributes.entry."))
        {
            var name = Value(entry + "Name");
            byte[]? binary;
            try
            {
                binary = Text(entry + "Value.BinaryValue") is { } text ? Convert.FromBase64String(text) : null;
            }
            catch (FormatException)
            {
                throw new AwsServiceException("InvalidParameterValue", $"The message attribute '{name}' has a BinaryValue that is not Base64.");
            }

            attributes[name] = new MessageAttribute(Value(entry + "Value.DataType"), Text(entry + "Value.StringValue"), binary);
        }

        return attributes;
    }

    private Dictionary<string, string> Pairs(string listPrefix, string key, string value)
    {
        var map = new Dictionary<string, string>();
        foreach (var entry in Indexes(listPrefix))
        {
            map[Value(entry + key)] = Value(entry + value);
        }

        return map;
    }

    private string Value(string name) => Required(name);
}
