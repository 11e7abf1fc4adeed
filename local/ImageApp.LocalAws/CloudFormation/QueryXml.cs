using System.Globalization;
using System.Xml.Linq;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>The elements that CloudFormation's answers are made of.</summary>
internal static class QueryXml
{
    /// <summary>Null where there is no value: the element is left out then.</summary>
    public static XElement? Text(string name, string? value) => value is null ? null : new XElement(name, value);

    public static XElement Flag(string name, bool value) => new(name, value ? "true" : "false");

    public static XElement? Time(string name, DateTimeOffset? value) =>
        Text(name, value?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));

    public static XElement? Number(string name, int? value) => Text(name, value?.ToString(CultureInfo.InvariantCulture));

    public static XElement Members<T>(string name, IEnumerable<T> items, Func<T, object?> content) =>
        new(name, items.Select(item => new XElement("member", content(item))));

    /// <summary>A page of a list, and the token of the next one.</summary>
    public static XElement?[] Page<T>(string name, ResultPage<T> page, Func<T, object?> content) =>
        [Members(name, page.Items, content), Text("NextToken", page.NextToken)];
}
