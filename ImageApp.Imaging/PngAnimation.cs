using System.Buffers.Binary;

namespace ImageApp.Imaging;

/// <summary>What a PNG says of its animation (W3C PNG, third edition, 11.3.6.1), which libvips does not tell.</summary>
/// <param name="Frames">How many pictures it has.</param>
internal sealed record PngAnimation(long Frames)
{
    private const int SignatureLength = 8;
    private const int ChunkStart = 8;
    private const int ChecksumLength = 4;

    /// <summary>Looks for the animation's chunk, which comes before the first pixels.</summary>
    /// <returns>Null where there is none.</returns>
    public static PngAnimation? Read(Stream file)
    {
        file.Position = SignatureLength;
        Span<byte> start = stackalloc byte[ChunkStart + 4];
        while (file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(start);
            var kind = start.Slice(4, 4);
            if (kind.SequenceEqual("acTL"u8))
            {
                return new PngAnimation(BinaryPrimitives.ReadUInt32BigEndian(start[ChunkStart..]));
            }

            if (kind.SequenceEqual("IDAT"u8))
            {
                return null;
            }

            file.Position += length + ChecksumLength - 4;
        }

        return null;
    }
}
