using System.Globalization;
using System.Xml.Linq;
using ImageApp.LocalAws.S3.Store;

namespace ImageApp.LocalAws.S3.Configuration;

/// <summary>
/// A lifecycle rule: deletes objects and versions, or aborts multipart uploads, some days after they began (S3 User Guide, "Lifecycle
/// configuration elements").
/// </summary>
internal sealed record LifecycleRule
{
    public required string Id { get; init; }

    public bool IsEnabled { get; init; } = true;

    /// <summary>The keys it is for; empty for all.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The tags that an object must have for it; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>An object must have more bytes than this.</summary>
    public long? SizeGreaterThan { get; init; }

    /// <summary>An object must have fewer bytes than this.</summary>
    public long? SizeLessThan { get; init; }

    public int? ExpirationDays { get; init; }

    /// <summary>The midnight from which on objects are expired.</summary>
    public DateTimeOffset? ExpirationDate { get; init; }

    /// <summary>Whether a delete marker goes that covers no version any more.</summary>
    public bool ExpiresLoneMarkers { get; init; }

    /// <summary>After how many days a version goes that is not the current one.</summary>
    public int? NoncurrentDays { get; init; }

    /// <summary>How many versions that are not current are kept in any case.</summary>
    public int? NewerNoncurrentVersions { get; init; }

    public int? AbortUploadsAfterDays { get; init; }

    public static IReadOnlyList<LifecycleRule> Parse(XElement root) => Validate([.. root.Children("Rule").Select(rule =>
    {
        rule.RefuseOthers(
            "ID",
            "Status",
            "Filter",
            "Prefix",
            "Expiration",
            "NoncurrentVersionExpiration",
            "AbortIncompleteMultipartUpload");
        var filter = rule.Child("Filter");
        filter?.RefuseOthers("Prefix", "Tag", "And", "ObjectSizeGreaterThan", "ObjectSizeLessThan");
        filter = filter?.Child("And") ?? filter;
        filter?.RefuseOthers("Prefix", "Tag", "ObjectSizeGreaterThan", "ObjectSizeLessThan");
        var expiration = rule.Child("Expiration");
        expiration?.RefuseOthers("Days", "Date", "ExpiredObjectDeleteMarker");
        var noncurrent = rule.Child("NoncurrentVersionExpiration");
        noncurrent?.RefuseOthers("NoncurrentDays", "NewerNoncurrentVersions");
        return new LifecycleRule
        {
            Id = rule.Text("ID") ?? "",
            IsEnabled = ParseStatus(rule.RequiredText("Status")),
            Prefix = filter?.Text("Prefix") ?? rule.Text("Prefix") ?? "",
            Tags = filter is null ? null : TagSet.ParseTags(filter, TagSet.MaximumOfObject),
            SizeGreaterThan = filter?.Number("ObjectSizeGreaterThan"),
            SizeLessThan = filter?.Number("ObjectSizeLessThan"),
            ExpirationDays = expiration?.Number("Days"),
            ExpirationDate = ParseDate(expiration?.Text("Date")),
            ExpiresLoneMarkers = expiration?.Flag("ExpiredObjectDeleteMarker") == true,
            NoncurrentDays = noncurrent?.Number("NoncurrentDays"),
            NewerNoncurrentVersions = noncurrent?.Number("NewerNoncurrentVersions"),
            AbortUploadsAfterDays = rule.Child("AbortIncompleteMultipartUpload")?.Number("DaysAfterInitiation"),
        };
    })]);

    /// <summary>Whether the rule is for an object or version.</summary>
    public bool Covers(StoredObject stored) =>
        stored.Key.StartsWith(Prefix, StringComparison.Ordinal)
        && (Tags is null || Tags.All(tag => stored.Tags?.GetValueOrDefault(tag.Key) == tag.Value))
        && (SizeGreaterThan is not { } minimum || stored.Size > minimum)
        && (SizeLessThan is not { } maximum || stored.Size < maximum);

    /// <summary>Whether a current object is expired.</summary>
    public bool IsExpired(StoredObject stored, DateTimeOffset now) =>
        (ExpirationDays is { } days && IsOver(stored.LastModified, days, now)) || now >= ExpirationDate;

    private static DateTimeOffset? ParseDate(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            && date.UtcDateTime.TimeOfDay == TimeSpan.Zero
            ? date
            : throw S3Errors.InvalidArgument($"'Date' must be at midnight GMT in ISO 8601; it is '{text}'.");
    }

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
            if (
                rule is { ExpirationDays: null, ExpirationDate: null, NoncurrentDays: null, AbortUploadsAfterDays: null }
                && !rule.ExpiresLoneMarkers)
            {
                throw new AwsServiceException(
                    "InvalidRequest",
                    "At least one action needs to be specified in a rule: Expiration, NoncurrentVersionExpiration or "
                    + "AbortIncompleteMultipartUpload.");
            }

            if (
                rule.ExpirationDays < 1
                || rule.AbortUploadsAfterDays < 1
                || rule.NoncurrentDays < 1
                || rule.NewerNoncurrentVersions is < 1 or > 100)
            {
                throw S3Errors.InvalidArgument(
                    "'Days', 'NoncurrentDays' and 'DaysAfterInitiation' of a lifecycle rule must be positive, NewerNoncurrentVersions 1 to "
                    + "100.");
            }

            if (rule.ExpiresLoneMarkers && (rule.ExpirationDays is not null || rule.ExpirationDate is not null || rule.Tags is not null))
            {
                throw S3Errors.MalformedXml("ExpiredObjectDeleteMarker goes with neither Days, Date nor a Tag.");
            }
        }

        if (
            rules.Where(rule => rule.Id.Length > 0).GroupBy(rule => rule.Id).FirstOrDefault(group => group.Count() > 1) is { } repeated)
        {
            throw S3Errors.InvalidArgument($"Rule ID must be unique. Found same ID for more than one rule: {repeated.Key}");
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
                    S3Xml.Element("Filter", rule.RenderFilter()),
                    S3Xml.Element("Status", rule.IsEnabled ? "Enabled" : "Disabled"),
                    Group(
                        "Expiration",
                        Value("Days", rule.ExpirationDays),
                        rule.ExpirationDate is { } date ? S3Xml.Element("Date", S3Xml.Timestamp(date)) : null,
                        rule.ExpiresLoneMarkers ? S3Xml.Element("ExpiredObjectDeleteMarker", true) : null),
                    Group(
                        "NoncurrentVersionExpiration",
                        Value("NoncurrentDays", rule.NoncurrentDays),
                        Value("NewerNoncurrentVersions", rule.NewerNoncurrentVersions)),
                    Group("AbortIncompleteMultipartUpload", Value("DaysAfterInitiation", rule.AbortUploadsAfterDays)))));

    private XElement RenderFilter()
    {
        XElement?[] parts =
        [
            Prefix.Length > 0 ? S3Xml.Element("Prefix", Prefix) : null,
            .. (Tags ?? new Dictionary<string, string>()).Select(tag =>
                S3Xml.Element("Tag", S3Xml.Element("Key", tag.Key), S3Xml.Element("Value", tag.Value))),
            Value("ObjectSizeGreaterThan", SizeGreaterThan),
            Value("ObjectSizeLessThan", SizeLessThan),
        ];
        var given = parts.OfType<XElement>().ToList();
        return given.Count switch
        {
            0 => S3Xml.Element("Prefix", ""),
            1 => given[0],
            _ => S3Xml.Element("And", given),
        };
    }

    private static XElement? Value(string name, long? number) =>
        number is { } value ? S3Xml.Element(name, value.ToString(CultureInfo.InvariantCulture)) : null;

    private static XElement? Group(string name, params ReadOnlySpan<XElement?> parts)
    {
        var group = S3Xml.Element(name);
        foreach (var part in parts)
        {
            group.Add(part);
        }

        return group.HasElements ? group : null;
    }

    /// <summary>
    /// Whether what began at <paramref name="start"/> is over after <paramref name="days"/> days: S3 rounds up to the next midnight UTC.
    /// </summary>
    public static bool IsOver(DateTimeOffset start, int days, DateTimeOffset now)
    {
        var end = start.UtcDateTime.AddDays(days);
        return now.UtcDateTime >= (end.TimeOfDay == TimeSpan.Zero ? end : end.Date.AddDays(1));
    }
}
