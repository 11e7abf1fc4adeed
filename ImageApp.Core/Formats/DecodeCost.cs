namespace ImageApp.Core.Formats;

/// <summary>What decoding takes, known from the header.</summary>
/// <param name="Bytes">The most memory that the decoder holds at once beyond a few rows of pixels, measured and rounded up.</param>
/// <param name="Reason">What makes it so much, as an adjective before the format's name with a space behind it, or nothing.</param>
/// <param name="Advice">What would take less, as a sentence.</param>
public readonly record struct DecodeCost(long Bytes, string Reason, string Advice)
{
    private const string Smaller = "A smaller version would do.";

    /// <summary>Of a file that is decoded row by row.</summary>
    public static DecodeCost Streamed { get; } = new(0, "", Smaller);

    /// <summary>Of a file that is held whole.</summary>
    /// <param name="bytes">The most memory that the decoder holds at once.</param>
    public static DecodeCost Held(double bytes) => new((long)Math.Ceiling(bytes), "", Smaller);
}
