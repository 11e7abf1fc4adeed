namespace ImageApp.Core.Storage;

/// <summary>Outputs of the events stack. Configuration section <c>AWS:Resources</c>, as Aspire's AWS integration fills it.</summary>
public sealed record BucketOptions
{
    /// <summary>The configuration section's name.</summary>
    public const string Section = "AWS:Resources";

    /// <summary>The bucket that holds originals and thumbnails.</summary>
    public string BucketName { get; set; } = "";

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">There is no name.</exception>
    public BucketOptions Validated()
    {
        OptionsCheck.Require(
            BucketName.Length > 0, Section, nameof(BucketName), BucketName, "the name of the bucket, an output of the events stack");
        return this;
    }
}
