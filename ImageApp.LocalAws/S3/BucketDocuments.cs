namespace ImageApp.LocalAws.S3;

/// <summary>The sub-resources of a bucket, by query parameter, with the end of their operations' names.</summary>
internal static class BucketDocuments
{
    public static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string>
    {
        ["cors"] = "Cors",
        ["notification"] = "NotificationConfiguration",
        ["policy"] = "Policy",
        ["encryption"] = "Encryption",
        ["publicAccessBlock"] = "PublicAccessBlock",
        ["ownershipControls"] = "OwnershipControls",
        ["lifecycle"] = "LifecycleConfiguration",
        ["tagging"] = "Tagging",
        ["versioning"] = "Versioning",
    };
}
