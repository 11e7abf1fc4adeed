using System.Buffers.Binary;
using System.Numerics;

namespace ImageApp.Imaging;

/// <summary>
/// A progressive JPEG with only those scans that an eighth of its size is decoded of: there a block is one pixel, which is its first
/// coefficient (libjpeg's <c>libjpeg.txt</c>, "Decompression parameter selection": <c>scale_num</c>). The other coefficients of the most
/// densely sampled components are most of the file, and of the time that decoding takes.
/// </summary>
internal static class JpegEighth
{
    /// <summary>What one side of a block is, of the picture decoded so.</summary>
    public const int Scale = 8;

    private const byte Escape = 0xFF;
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte StartOfFrame = 0xC2;

    // A run of blocks without a coefficient is told by the number of bits of its length, 0 to 14, and these (ITU-T T.81, G.1.2.2).
    private const int MaxRunBits = 14;
    private const int RunCodeBits = 4;

    /// <summary>Reads of a file what an eighth is decoded of.</summary>
    /// <param name="path">The file.</param>
    /// <param name="atLeast">How long its longer side has to be, in pixels.</param>
    /// <returns>
    /// A JPEG of the same size; null where the file is not progressive, smaller, or does not hold every bit of every coefficient by what
    /// its scans' headers say.
    /// </returns>
    public static byte[]? Read(string path, int atLeast)
    {
        using (var start = File.OpenRead(path))
        {
            if (JpegFrame.Read(start) is not { IsProgressive: true, Unsupported: null } frame
                || Math.Max(frame.Width, frame.Height) < atLeast)
            {
                return null;
            }
        }

        return Of(File.ReadAllBytes(path));
    }

    /// <summary>Takes of a file what an eighth is decoded of.</summary>
    /// <param name="file">The whole file.</param>
    /// <returns>As <see cref="Read"/>.</returns>
    public static byte[]? Of(ReadOnlySpan<byte> file)
    {
        using var kept = new MemoryStream(file.Length / 2);
        kept.Write([Escape, StartOfImage]);
        Frame? frame = null;
        var at = file is [Escape, StartOfImage, ..] ? 2 : file.Length;
        while (NextSegment(file, ref at) is { Marker: not EndOfImage } segment)
        {
            var end = segment.Marker == StartOfScan ? EndOfScan(file, at) : at;
            var isKept = true;
            switch (segment.Marker)
            {
                case StartOfFrame when frame is null && JpegFrame.Parse(segment.Marker, segment.Content) is { } read:
                    frame = new Frame(read);
                    break;
                case StartOfFrame:
                    return null;
                case StartOfScan when frame is null || !frame.Take(segment.Content, out isKept):
                    return null;
            }

            if (isKept)
            {
                kept.Write(file[segment.Start..end]);
            }

            at = end;
        }

        // Without its end marker it may be cut short.
        if (frame is null || !frame.IsComplete || at >= file.Length)
        {
            return null;
        }

        WriteEmptyScans(kept, frame);
        kept.Write([Escape, EndOfImage]);
        return kept.ToArray();
    }

    // Told that there are no other coefficients, a decoder does not guess them from the blocks around (libjpeg's block smoothing).
    private static void WriteEmptyScans(MemoryStream kept, Frame frame)
    {
        byte[] symbols = [.. Enumerable.Range(0, MaxRunBits + 1).Select(bits => (byte)(bits << 4))];
        byte[] counts = new byte[16];
        counts[RunCodeBits - 1] = (byte)symbols.Length;
        kept.Write([Escape, 0xC4, 0, (byte)(3 + counts.Length + symbols.Length), 0x10, .. counts, .. symbols]);

        // No restarts within.
        kept.Write([Escape, 0xDD, 0, 4, 0, 0]);
        foreach (var component in frame.Dense)
        {
            kept.Write([Escape, StartOfScan, 0, 8, 1, component, 0, 1, JpegCoverage.BlockLength - 1, 0]);
            ulong bits = 0;
            var count = 0;
            for (var blocks = frame.DenseBlocks; blocks > 0;)
            {
                var runBits = Math.Min(BitOperations.Log2((uint)blocks), MaxRunBits);
                var run = Math.Min(blocks, (2 << runBits) - 1);
                Write((uint)runBits, RunCodeBits);
                Write((uint)(run - (1 << runBits)), runBits);
                blocks -= run;
            }

            Write(uint.MaxValue >> (32 - 7), 7);

            void Write(uint value, int length)
            {
                bits = (bits << length) | value;
                for (count += length; count >= 8; count -= 8)
                {
                    var next = (byte)(bits >> (count - 8));
                    kept.Write(next == Escape ? [Escape, 0] : [next]);
                }
            }
        }
    }

    // At what follows a marker's parameters; a scan's bits follow those.
    private static Segment NextSegment(ReadOnlySpan<byte> file, ref int at)
    {
        while (at + 1 < file.Length && file[at] == Escape)
        {
            var (start, marker) = (at, file[at + 1]);
            if (marker == Escape)
            {
                at++;
                continue;
            }

            if (marker == EndOfImage)
            {
                return new Segment(marker, start, []);
            }

            if (at + 4 > file.Length
                || (BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]) is var length && (length < 2 || at + 2 + length > file.Length)))
            {
                break;
            }

            at += 2 + length;
            return new Segment(marker, start, file[(start + 4)..at]);
        }

        at = file.Length;
        return new Segment(EndOfImage, at, []);
    }

    private static int EndOfScan(ReadOnlySpan<byte> file, int at)
    {
        while (JpegMarkers.Next(file, ref at) is { } marker)
        {
            if (marker is not (>= 0xD0 and <= 0xD7))
            {
                return at - 2;
            }
        }

        return file.Length;
    }

    private readonly ref struct Segment(byte marker, int start, ReadOnlySpan<byte> content)
    {
        public byte Marker { get; } = marker;

        public int Start { get; } = start;

        public ReadOnlySpan<byte> Content { get; } = content;
    }

    // A frame with the scans of it that were met.
    private sealed class Frame(JpegFrame frame)
    {
        private readonly JpegCoverage _coverage = new(frame.Components.Count);
        private readonly int _horizontal = frame.Components.Max(component => component.Horizontal);
        private readonly int _vertical = frame.Components.Max(component => component.Vertical);

        // Of a component that is sampled more sparsely a block is more than one pixel.
        public IEnumerable<byte> Dense => frame.Components.Where(IsDense).Select(component => component.Identifier);

        public int DenseBlocks => Blocks(frame.Width) * Blocks(frame.Height);

        public bool IsComplete => _coverage.IsComplete;

        // False where the scan is none of this frame.
        public bool Take(ReadOnlySpan<byte> content, out bool isKept)
        {
            isKept = false;
            var count = content.IsEmpty ? 0 : content[0];
            if (count == 0 || content.Length < 4 + (count * 2))
            {
                return false;
            }

            var (first, last, low) = (content[^3], content[^2], content[^1] & 15);
            if (last >= JpegCoverage.BlockLength || first > last || (first > 0 && count > 1) || (first == 0 && last > 0))
            {
                return false;
            }

            for (var i = 0; i < count; i++)
            {
                var component = frame.IndexOf(content[1 + (i * 2)]);
                if (component < 0)
                {
                    return false;
                }

                _coverage.Add(component, first, last, low);
                isKept |= first == 0 || !IsDense(frame.Components[component]);
            }

            return true;
        }

        private bool IsDense(JpegComponent component) =>
            component.Horizontal == _horizontal && component.Vertical == _vertical;

        private static int Blocks(int pixels) => (pixels + Scale - 1) / Scale;
    }
}
