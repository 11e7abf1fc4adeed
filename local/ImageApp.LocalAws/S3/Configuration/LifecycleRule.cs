using System.Globalization;
using System.Xml.Linq;

namespace ImageApp.LocalAws.S3.Configuration;

/// <summary>
/// A lifecycle rule: deletes objects, or aborts multipart uploads, some days after they began (S3 User Guide, "Lifecycle configuration
/// elements").
/// </summary>
internal sealed record LifecycleRule
{
    public required string Id { get; init; }

    public bool IsEnabled { get; init; } = true;

    /// <summary>The keys it is for; empty for all.</summary>
    public string Prefix { get; init; } = "";

    public int? ExpirationDays { get; init; }

    public int? AbortUploadsAfterDays { get; init; }

    public static IReadOnlyList<LifecycleRule> Parse(XElement root) => Validate([.. root.Children("Rule").Select(rule =>
    {
        rule.RefuseOthers("ID", "Status", "Filter", "Prefix", "Expiration", "AbortIncompleteMultipartUpload");
        rule.Child("Filter")?.RefuseOthers("Prefix");
        rule.Child("Expiration")?.RefuseOthers("Days");
        return new LifecycleRule
        {
            Id = rule.Text("ID") ?? "",
            IsEnabled = ParseStatus(rule.RequiredText("Status")),
            Prefix = rule.Child("Filter")?.Text("Prefix") ?? rule.Text("Prefix") ?? "",
            ExpirationDays = rule.Child("Expiration")?.Number("Days"),
            AbortUploadsAfterDays = rule.Child("AbortIncompleteMultipartUpload")?.Number("DaysAfterInitiation"),
        };
    })]);

    public static bool ParseStatus(string status) => status switch
    {
        "Enabled" => true,
        "Disabled" => false,
        _ => throw S3Errors.MalformedXml($"the Status of a rule is '{status}'; allowed are Enabled and Disabled."),
    };

    /// <summary>Checks the rules and names those that have no name.</summary>
    /// <exception cref="AwsServiceException">A rule is not allowed.</exception>
    public static IReadOnlyList<LifecycleRule> Validate(IReadOnlyList<LifecycleRule> rules)
    {
        if (rules.Count == 0)
        {
            throw S3Errors.MalformedXml("a lifecycle configuration has at least one Rule.");
        }

        foreach (var rule in rules)
        {
            if (rule.ExpirationDays is null && rule.AbortUploadsAfterDays is null)
            {
                throw new AwsServiceException(
                    "InvalidRequest",
                    "At least one action needs to be specified in a rule: Expiration or AbortIncompleteMultipartUpload.");
            }

            if (rule.ExpirationDays < 1 || rule.AbortUploadsAfterDays < 1)
            {
                throw S3Errors.InvalidArgument("'Days' and 'DaysAfterInitiation' of a lifecycle rule must be positive.");
            }
        }

        return [.. rules.Select(rule => rule.Id.Length > 0 ? rule : rule with { Id = Guid.NewGuid().ToString("N") })];
    }

    public static XElement Render(IReadOnlyList<LifecycleRule> rules) =>
        S3Xml.Element(
            "LifecycleConfiguration",
            rules.Select(rule =>
                S3Xml.Element(
                    "Rule",
                    S3Xml.Element("ID", rule.Id),
                    S3Xml.Element("Filter", S3Xml.Element("Prefix", rule.Prefix)),
                    S3Xml.Element("Status", rule.IsEnabled ? "Enabled" : "Disabled"),
                    rule.ExpirationDays is { } days
                        ? S3Xml.Element("Expiration", S3Xml.Element("Days", days.ToString(CultureInfo.InvariantCulture)))
                        : null,
                    rule.AbortUploadsAfterDays is { } after
                        ? S3Xml.Element(
                            "AbortIncompleteMultipartUpload",
                            S3Xml.Element("DaysAfterInitiation", after.ToString(CultureInfo.InvariantCulture)))
                        : null)));

    /// <summary>
    /// Whether what began at <paramref name="start"/> is over after <paramref name="days"/> days: S3 rounds up to the next midnight UTC.
    /// </summary>
    public static bool IsOver(DateTimeOffset start, int days, DateTimeOffset now)
    {
        var end = start.UtcDateTime.AddDays(days);
        return now.UtcDateTime >= (end.TimeOfDay == TimeSpan.Zero ? end : end.Date.AddDays(1));
    }
}
