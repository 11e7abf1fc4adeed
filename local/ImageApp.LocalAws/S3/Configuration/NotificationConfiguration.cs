using System.Text.Json.Serialization;
using System.Xml.Linq;

namespace ImageApp.LocalAws.S3.Configuration;

/// <summary>
/// Which events of a bucket go to which topic, queue or function (S3 User Guide, "Event notification types and destinations").
/// </summary>
internal sealed record NotificationConfiguration
{
    private static readonly string[] SupportedEvents =
    [
        "s3:ObjectCreated:*",
        "s3:ObjectCreated:Put",
        "s3:ObjectCreated:Post",
        "s3:ObjectCreated:Copy",
        "s3:ObjectCreated:CompleteMultipartUpload",
        "s3:ObjectRemoved:*",
        "s3:ObjectRemoved:Delete",
        "s3:ObjectRemoved:DeleteMarkerCreated",
        "s3:ObjectTagging:*",
        "s3:ObjectTagging:Put",
        "s3:ObjectTagging:Delete",
        "s3:LifecycleExpiration:*",
        "s3:LifecycleExpiration:Delete",
        "s3:LifecycleExpiration:DeleteMarkerCreated",
    ];

    public required string Id { get; init; }

    /// <summary>The topic, queue or function. Earlier versions of local AWS knew topics only, and named it so in their journals.</summary>
    [JsonPropertyName("TopicArn")]
    public required string DestinationArn { get; init; }

    public required IReadOnlyList<string> Events { get; init; }

    public string Prefix { get; init; } = "";

    public string Suffix { get; init; } = "";

    public static IReadOnlyList<NotificationConfiguration> Parse(XElement root)
    {
        root.RefuseOthers([.. NotificationKind.All.Select(kind => kind.Element)]);
        return Validate([.. root.Elements().Select(configuration => new NotificationConfiguration
        {
            Id = configuration.Text("Id") ?? "",
            DestinationArn = RequireArn(
                NotificationKind.All.First(kind => kind.Element == configuration.Name.LocalName),
                name => configuration.RequiredText(name)),
            Events = [.. configuration.Children("Event").Select(element => element.Value.Trim())],
            Prefix = FilterValue(configuration, "prefix"),
            Suffix = FilterValue(configuration, "suffix"),
        })]);
    }

    /// <summary>Checks the configurations and names those that have no name.</summary>
    /// <exception cref="AwsServiceException">A configuration is not allowed.</exception>
    public static IReadOnlyList<NotificationConfiguration> Validate(IReadOnlyList<NotificationConfiguration> configurations)
    {
        for (var i = 0; i < configurations.Count; i++)
        {
            var configuration = configurations[i];
            if (configuration.Events.Count == 0)
            {
                throw S3Errors.MalformedXml("a notification configuration needs at least one Event.");
            }

            if (configuration.Events.FirstOrDefault(name => !SupportedEvents.Contains(name)) is { } unsupported)
            {
                throw S3Errors.InvalidArgument(
                    $"The event '{unsupported}' is not supported for notifications; supported are {string.Join(", ", SupportedEvents)}.");
            }

            KindOf(configuration.DestinationArn);
            for (var j = 0; j < i; j++)
            {
                if (configuration.Overlaps(configurations[j]))
                {
                    throw S3Errors.InvalidArgument(
                        "Configurations overlap. Configurations on the same bucket cannot share a common event type for overlapping "
                        + "prefixes and suffixes.");
                }
            }
        }

        return
        [
            .. configurations.Select(configuration =>
                configuration.Id.Length > 0 ? configuration : configuration with { Id = Guid.NewGuid().ToString("N") }),
        ];
    }

    public static XElement Render(IReadOnlyList<NotificationConfiguration> configurations) =>
        S3Xml.Element(
            "NotificationConfiguration",
            configurations.Select(configuration =>
                S3Xml.Element(
                    KindOf(configuration.DestinationArn).Element,
                    S3Xml.Element("Id", configuration.Id),
                    S3Xml.Element(KindOf(configuration.DestinationArn).ArnElement, configuration.DestinationArn),
                    configuration.Events.Select(name => S3Xml.Element("Event", name)),
                    configuration.Prefix.Length + configuration.Suffix.Length == 0
                        ? null
                        : S3Xml.Element(
                            "Filter",
                            S3Xml.Element("S3Key", Rule("prefix", configuration.Prefix), Rule("suffix", configuration.Suffix))))));

    /// <summary>Whether the event, without its <c>s3:</c>, of that key is to be sent.</summary>
    public bool Matches(string eventName, string key) =>
        Events.Any(name => Covers(name, "s3:" + eventName))
        && key.StartsWith(Prefix, StringComparison.Ordinal)
        && key.EndsWith(Suffix, StringComparison.Ordinal);

    private bool Overlaps(NotificationConfiguration other) =>
        Events.Any(mine => other.Events.Any(theirs => Covers(mine, theirs) || Covers(theirs, mine)))
        && (Prefix.StartsWith(other.Prefix, StringComparison.Ordinal) || other.Prefix.StartsWith(Prefix, StringComparison.Ordinal))
        && (Suffix.EndsWith(other.Suffix, StringComparison.Ordinal) || other.Suffix.EndsWith(Suffix, StringComparison.Ordinal));

    private static NotificationKind KindOf(string arn) =>
        NotificationKind.All.FirstOrDefault(kind => kind.IsOf(arn))
        ?? throw NotAnArn(arn, "an SNS topic, an SQS queue or a Lambda function");

    private static string RequireArn(NotificationKind kind, Func<string, string> read)
    {
        var arn = read(kind.ArnElement);
        return kind.IsOf(arn) ? arn : throw NotAnArn(arn, kind.What);
    }

    private static AwsServiceException NotAnArn(string arn, string what) =>
        S3Errors.InvalidArgument($"The ARN could not be parsed: '{arn}' is not that of {what}.");

    private static bool Covers(string pattern, string name) =>
        pattern == name || (pattern.EndsWith('*') && name.StartsWith(pattern[..^1], StringComparison.Ordinal));

    private static XElement? Rule(string name, string value) =>
        value.Length == 0 ? null : S3Xml.Element("FilterRule", S3Xml.Element("Name", name), S3Xml.Element("Value", value));

    private static string FilterValue(XElement configuration, string name)
    {
        var rules = configuration.Child("Filter")?.Child("S3Key")?.Children("FilterRule").ToList() ?? [];
        if (rules.FirstOrDefault(rule => rule.RequiredText("Name").ToLowerInvariant() is not ("prefix" or "suffix")) is { } unknown)
        {
            throw S3Errors.InvalidArgument($"filter rule name must be either prefix or suffix, not '{unknown.Text("Name")}'.");
        }

        var named = rules.Where(rule => rule.RequiredText("Name").Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
        return named.Count <= 1
            ? named.FirstOrDefault()?.Text("Value") ?? ""
            : throw S3Errors.InvalidArgument($"Cannot specify more than one {name} rule in a filter.");
    }
}
