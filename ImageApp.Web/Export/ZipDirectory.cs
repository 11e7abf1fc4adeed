using System.Buffers.Binary;

namespace ImageApp.Web.Export;

/// <summary>
/// The list of files at a zip's end, which is read as a whole: nothing in it may be believed, so its size is looked at first (APPNOTE
/// 4.3.14 to 4.3.16).
/// </summary>
internal static class ZipDirectory
{
    /// <summary>The most that is read: some three hundred thousand files.</summary>
    public const long MaxBytes = 32_000_000;

    private const int EndLength = 22;
    private const int LocatorLength = 20;
    private const int End64Length = 56;
    private const int MaxComment = ushort.MaxValue;

    private static ReadOnlySpan<byte> EndSignature => "PK\x05\x06"u8;

    private static ReadOnlySpan<byte> LocatorSignature => "PK\x06\x07"u8;

    private static ReadOnlySpan<byte> End64Signature => "PK\x06\x06"u8;

    /// <summary>How many bytes there are between the list's first entry and the zip's end: as many as a reader could take for it.</summary>
    /// <exception cref="InvalidDataException">It has no end as a zip has it.</exception>
    public static async Task<long> SizeAsync(Stream zip, CancellationToken cancellationToken)
    {
        var tail = new byte[(int)Math.Min(zip.Length, EndLength + LocatorLength + MaxComment)];
        zip.Position = zip.Length - tail.Length;
        await zip.ReadExactlyAsync(tail, cancellationToken);
        var end = tail.AsSpan().LastIndexOf(EndSignature);
        if (end < 0 || tail.Length - end < EndLength)
        {
            throw new InvalidDataException("it does not end as a zip does, and may be cut short.");
        }

        long start = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end + 16));
        if (start == uint.MaxValue || BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(end + 10)) == ushort.MaxValue)
        {
            start = await Start64Async(zip, tail, end, cancellationToken) ?? start;
        }

        return start >= 0 && start <= zip.Length
            ? zip.Length - start
            : throw new InvalidDataException("the list of its files lies outside of it.");
    }

    private static async Task<long?> Start64Async(Stream zip, byte[] tail, int end, CancellationToken cancellationToken)
    {
        if (end < LocatorLength || !tail.AsSpan(end - LocatorLength).StartsWith(LocatorSignature))
        {
            return null;
        }

        var at = BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(end - LocatorLength + 8));
        if (at < 0 || at > zip.Length - End64Length)
        {
            throw new InvalidDataException("the zip64 end of its list lies outside of it.");
        }

        var record = new byte[End64Length];
        zip.Position = at;
        await zip.ReadExactlyAsync(record, cancellationToken);
        return record.AsSpan().StartsWith(End64Signature)
            ? BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48))
            : throw new InvalidDataException("the zip64 end of its list is not where it says.");
    }
}
