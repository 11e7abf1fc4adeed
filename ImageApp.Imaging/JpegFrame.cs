using System.Buffers.Binary;

namespace ImageApp.Imaging;

/// <summary>What a JPEG's markers say (ITU-T T.81, annex B), up to its first scan.</summary>
/// <param name="Process">The frame marker's second byte, C0 to CF: how it is coded.</param>
/// <param name="Precision">Bits a sample.</param>
/// <param name="Width">Width in pixels, as stored.</param>
/// <param name="Height">Height in pixels, as stored.</param>
/// <param name="Components">Its components, in the frame's order.</param>
/// <param name="ManyScans">Whether the components or their bits come in more than one scan: a decoder holds all coefficients.</param>
internal sealed record JpegFrame(
    byte Process, int Precision, int Width, int Height, IReadOnlyList<JpegComponent> Components, bool ManyScans)
{
    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;
    private const int BlockSide = 8;
    private const int BlockBytes = BlockSide * BlockSide * sizeof(short);

    /// <summary>Why the decoder cannot read this way of coding; null where it can.</summary>
    public string? Unsupported =>
        Process is 0xC3 or 0xC7 or 0xCB or 0xCF ? "a lossless JPEG, a medical or RAW format"
        : Process is 0xC5 or 0xC6 or 0xCD or 0xCE ? "a hierarchical JPEG"
        : Process is 0xC9 or 0xCA ? "an arithmetic-coded JPEG"
        : Precision != 8 ? $"a JPEG of {Precision} bits a sample"
        : Height == 0 ? "a JPEG that does not say its height"
        : null;

    /// <summary>Whether the coefficients' bits come in several passes.</summary>
    public bool IsProgressive => Process is 0xC2;

    /// <summary>
    /// The bytes of the coefficients that a decoder holds of a picture in <see cref="ManyScans"/>: two each, of whole blocks and whole
    /// interleaved units.
    /// </summary>
    public long CoefficientBytes
    {
        get
        {
            var horizontal = Components.Max(component => component.Horizontal);
            var vertical = Components.Max(component => component.Vertical);
            return Components.Sum(component =>
                Blocks(Width, component.Horizontal, horizontal) * Blocks(Height, component.Vertical, vertical) * BlockBytes);
        }
    }

    /// <summary>The place of a component that a scan names.</summary>
    /// <param name="identifier">Its identifier.</param>
    /// <returns>Where it stands in <see cref="Components"/>; negative where it is none of them.</returns>
    public int IndexOf(byte identifier)
    {
        for (var i = 0; i < Components.Count; i++)
        {
            if (Components[i].Identifier == identifier)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Reads a file's markers.</summary>
    /// <param name="file">The file, at its start.</param>
    /// <returns>The frame; null where there is none before the first scan.</returns>
    public static JpegFrame? Read(Stream file)
    {
        Span<byte> segment = stackalloc byte[8 + (4 * 3)];
        JpegFrame? frame = null;
        while (NextMarker(file) is { } marker)
        {
            if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
            {
                continue;
            }

            if (marker == EndOfImage || file.ReadAtLeast(segment[..2], 2, throwOnEndOfStream: false) < 2)
            {
                return frame;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(segment) - 2;
            var start = segment[..Math.Clamp(length, 0, segment.Length)];
            var read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            if (marker == StartOfScan)
            {
                return frame is null || read == 0
                    ? frame
                    : frame with { ManyScans = frame.IsProgressive || segment[0] < frame.Components.Count };
            }

            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) && HoldsComponents(start[..read]))
            {
                frame = Parse(marker, start);
                if (frame is null)
                {
                    return null;
                }
            }

            file.Seek(length - read, SeekOrigin.Current);
        }

        return frame;
    }

    /// <summary>Reads a frame marker's parameters.</summary>
    /// <param name="marker">The marker's second byte.</param>
    /// <param name="segment">What follows the segment's length.</param>
    /// <returns>The frame, <see cref="ManyScans"/> left out; null where it says nothing that there may be.</returns>
    public static JpegFrame? Parse(byte marker, ReadOnlySpan<byte> segment)
    {
        if (!HoldsComponents(segment))
        {
            return null;
        }

        var components = new JpegComponent[segment[5]];
        for (var i = 0; i < components.Length; i++)
        {
            var factors = segment[7 + (i * 3)];
            components[i] = new JpegComponent(segment[6 + (i * 3)], factors >> 4, factors & 15);
            if (components[i].Horizontal is 0 or > 4 || components[i].Vertical is 0 or > 4)
            {
                return null;
            }
        }

        return new JpegFrame(
            marker, segment[0], BinaryPrimitives.ReadUInt16BigEndian(segment[3..]), BinaryPrimitives.ReadUInt16BigEndian(segment[1..]),
            components, ManyScans: false);
    }

    private static bool HoldsComponents(ReadOnlySpan<byte> segment) =>
        segment.Length >= 6 && segment[5] is > 0 and <= 4 && segment.Length >= 6 + (segment[5] * 3);

    private static long Blocks(int pixels, int factor, int maxFactor)
    {
        var samples = (((long)pixels * factor) + maxFactor - 1) / maxFactor;
        var blocks = (samples + BlockSide - 1) / BlockSide;
        return (blocks + factor - 1) / factor * factor;
    }

    // A marker is FF and a byte that is neither 0 nor FF; what is between segments is passed over, as decoders do.
    private static byte? NextMarker(Stream file)
    {
        var after = false;
        for (int value; (value = file.ReadByte()) >= 0; after = value == 0xFF)
        {
            if (after && value is not (0 or 0xFF))
            {
                return (byte)value;
            }
        }

        return null;
    }
}
