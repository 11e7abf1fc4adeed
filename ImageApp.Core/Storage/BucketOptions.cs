namespace ImageApp.Core.Storage;

/// <summary>Outputs of the events stack. Configuration section <c>AWS:Resources</c>, as Aspire's AWS integration fills it.</summary>
public sealed record BucketOptions
{
    /// <summary>The configuration section's name.</summary>
    public const string Section = "AWS:Resources";

    /// <summary>The bucket that holds originals and thumbnails.</summary>
    public string BucketName { get; set; } = "";
}
