namespace ImageApp.Core.Formats;

/// <summary>What a header tells of the frame to be decoded.</summary>
public sealed record DecodedFrame
{
    /// <summary>Width times height.</summary>
    public required long Pixels { get; init; }

    /// <summary>How many samples a pixel has.</summary>
    public required int Bands { get; init; }

    /// <summary>Whether one of the samples is transparency.</summary>
    public required bool HasAlpha { get; init; }

    /// <summary>The bytes of one sample.</summary>
    public required int SampleBytes { get; init; }

    /// <summary>Whether the file is progressive or interlaced.</summary>
    public required bool IsInterlaced { get; init; }

    /// <summary>Whether there are more frames.</summary>
    public required bool IsAnimated { get; init; }

    /// <summary>The bytes of the coefficients that the decoder of a JPEG has to hold; 0 where it has one scan.</summary>
    public long CoefficientBytes { get; init; }

    /// <summary>Bytes of one pixel in a video decoder's planes, its chroma as it is sampled.</summary>
    public double PlaneBytes { get; init; }
}
