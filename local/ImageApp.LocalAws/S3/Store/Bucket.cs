using ImageApp.LocalAws.S3.Configuration;

namespace ImageApp.LocalAws.S3.Store;

/// <summary>A bucket and its configuration; what is null is not configured.</summary>
internal sealed record Bucket
{
    public required string Name { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The resource policy, JSON.</summary>
    public string? Policy { get; init; }

    public IReadOnlyList<CorsRule>? Cors { get; init; }

    public IReadOnlyList<NotificationConfiguration>? Notifications { get; init; }

    public PublicAccessBlock? PublicAccessBlock { get; init; }

    public BucketEncryption? Encryption { get; init; }

    public IReadOnlyList<LifecycleRule>? Lifecycle { get; init; }

    public string? ObjectOwnership { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Whether every write makes a version.</summary>
    public bool VersioningEnabled { get; init; }

    /// <summary>Whether versioning was set to Suspended: versions that are there stay, writes replace the one without an id.</summary>
    public bool VersioningSuspended { get; init; }

    /// <summary>Null where versions cannot be locked.</summary>
    public ObjectLockConfiguration? ObjectLock { get; init; }

    /// <summary>Whether versioning was ever set, so that answers tell versions.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool TellsVersions => VersioningEnabled || VersioningSuspended;

    public static string ArnOf(string name) => "arn:aws:s3:::" + name;
}
