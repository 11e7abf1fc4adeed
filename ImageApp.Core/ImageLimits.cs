namespace ImageApp.Core;

/// <summary>What an image may be. Configuration section <c>ImageLimits</c>; the defaults are the product's promise.</summary>
public sealed record ImageLimits
{
    /// <summary>The configuration section's name.</summary>
    public const string Section = "ImageLimits";

    /// <summary>The largest file, in bytes (25 MB).</summary>
    public long MaxBytes { get; set; } = 25_000_000;

    /// <summary>The most pixels, width times height.</summary>
    public long MaxPixels { get; set; } = 100_000_000;

    /// <summary>The longest side, in pixels.</summary>
    public int MaxSide { get; set; } = 30_000;

    /// <summary>
    /// The most memory that decoding one image may take, in bytes (384 MB): beside the function itself it fits into 512 MB.
    /// </summary>
    public long MaxDecodeBytes { get; set; } = 384 * 1024 * 1024;

    /// <summary>
    /// The most processor time that decoding one image may take, of 50 megapixels or fewer; a larger one has as much more.
    /// </summary>
    public TimeSpan MaxDecodeTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The most files in one upload request.</summary>
    public int MaxFilesPerRequest { get; set; } = 20;

    /// <summary>Checks that the limits can be kept.</summary>
    /// <exception cref="ArgumentException">A limit is not positive; the message names it.</exception>
    public ImageLimits Validated()
    {
        foreach (var (name, value) in new (string, long)[]
        {
            (nameof(MaxBytes), MaxBytes), (nameof(MaxPixels), MaxPixels), (nameof(MaxSide), MaxSide),
            (nameof(MaxDecodeBytes), MaxDecodeBytes), (nameof(MaxFilesPerRequest), MaxFilesPerRequest),
        })
        {
            OptionsCheck.Require(value > 0, Section, name, value, "1 or more");
        }

        OptionsCheck.Require(MaxDecodeTime > TimeSpan.Zero, Section, nameof(MaxDecodeTime), MaxDecodeTime, "a time above 0");
        return this;
    }
}
