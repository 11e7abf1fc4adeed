using System.Globalization;
using System.Xml.Linq;

namespace ImageApp.LocalAws.S3.Configuration;

/// <summary>A rule of a bucket's CORS configuration (S3 User Guide, "Elements of a CORS configuration").</summary>
internal sealed record CorsRule
{
    private static readonly string[] Methods = ["GET", "PUT", "POST", "DELETE", "HEAD"];
    private const int MaximumRules = 100;

    public string? Id { get; init; }

    public required IReadOnlyList<string> AllowedOrigins { get; init; }

    public required IReadOnlyList<string> AllowedMethods { get; init; }

    public IReadOnlyList<string> AllowedHeaders { get; init; } = [];

    public IReadOnlyList<string> ExposeHeaders { get; init; } = [];

    public int? MaxAgeSeconds { get; init; }

    public static IReadOnlyList<CorsRule> Parse(XElement root) => Validate([.. root.Children("CORSRule").Select(rule => new CorsRule
    {
        Id = rule.Text("ID"),
        AllowedOrigins = Texts(rule, "AllowedOrigin"),
        AllowedMethods = Texts(rule, "AllowedMethod"),
        AllowedHeaders = Texts(rule, "AllowedHeader"),
        ExposeHeaders = Texts(rule, "ExposeHeader"),
        MaxAgeSeconds = rule.Number("MaxAgeSeconds"),
    })]);

    /// <exception cref="AwsServiceException">A rule is not allowed.</exception>
    public static IReadOnlyList<CorsRule> Validate(IReadOnlyList<CorsRule> rules)
    {
        if (rules.Count is 0 or > MaximumRules)
        {
            throw S3Errors.MalformedXml($"a CORS configuration has 1 to {MaximumRules} rules, not {rules.Count}.");
        }

        foreach (var rule in rules)
        {
            if (rule.AllowedOrigins.Count == 0 || rule.AllowedMethods.Count == 0)
            {
                throw S3Errors.MalformedXml("a CORS rule needs at least one AllowedOrigin and one AllowedMethod.");
            }

            if (rule.AllowedMethods.FirstOrDefault(method => !Methods.Contains(method)) is { } unsupported)
            {
                throw new AwsServiceException(
                    "InvalidRequest",
                    $"Found unsupported HTTP method in CORS config. Unsupported method is {unsupported}; allowed are "
                    + $"{string.Join(", ", Methods)}.");
            }

            if (
                rule.AllowedOrigins.Concat(rule.AllowedHeaders).FirstOrDefault(pattern => pattern.Count(unit => unit == '*') > 1) is
                { } wild)
            {
                throw new AwsServiceException("InvalidRequest", $"'{wild}' can not have more than one wildcard.");
            }
        }

        return rules;
    }

    public static XElement Render(IReadOnlyList<CorsRule> rules) => S3Xml.Element("CORSConfiguration", rules.Select(rule => S3Xml.Element(
        "CORSRule",
        rule.Id is null ? null : S3Xml.Element("ID", rule.Id),
        rule.AllowedOrigins.Select(origin => S3Xml.Element("AllowedOrigin", origin)),
        rule.AllowedMethods.Select(method => S3Xml.Element("AllowedMethod", method)),
        rule.AllowedHeaders.Select(header => S3Xml.Element("AllowedHeader", header)),
        rule.ExposeHeaders.Select(header => S3Xml.Element("ExposeHeader", header)),
        rule.MaxAgeSeconds is { } age ? S3Xml.Element("MaxAgeSeconds", age.ToString(CultureInfo.InvariantCulture)) : null)));

    /// <summary>Whether the rule lets a page of <paramref name="origin"/> make such a request.</summary>
    public bool Allows(string origin, string method, IEnumerable<string> headers) =>
        AllowedMethods.Contains(method)
        && AllowedOrigins.Any(pattern => Matches(pattern, origin, StringComparison.Ordinal))
        && headers.All(header => AllowedHeaders.Any(pattern => Matches(pattern, header, StringComparison.OrdinalIgnoreCase)));

    private static bool Matches(string pattern, string text, StringComparison comparison)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        return star < 0
            ? pattern.Equals(text, comparison)
            : text.Length >= pattern.Length - 1
                && text.StartsWith(pattern[..star], comparison)
                && text.EndsWith(pattern[(star + 1)..], comparison);
    }

    private static string[] Texts(XElement rule, string name) => [.. rule.Children(name).Select(element => element.Value.Trim())];
}
