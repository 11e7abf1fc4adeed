using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Storage;

/// <summary>The journals of earlier versions for queues, deliveries and invocations: one JSON document a line.</summary>
internal static class JsonLines
{
    /// <summary>
    /// Writes such a file anew as a <see cref="Journal"/>, whose records are the same documents; any other is left alone.
    /// </summary>
    public static void Convert(string path, ILogger logger)
    {
        if (!IsOne(path))
        {
            return;
        }

        var bytes = File.ReadAllBytes(path);
        var records = new List<byte[]>();
        var start = 0;
        for (int length; (length = bytes.AsSpan(start).IndexOf((byte)'\n')) >= 0; start += length + 1)
        {
            records.Add(bytes[start..(start + length)]);
        }

        if (start < bytes.Length)
        {
            logger.Cut(path, bytes.Length - start, start);
        }

        Journal.Create(path, records);
        logger.Converted(path, records.Count);
    }

    private static bool IsOne(string path)
    {
        // Read as a journal's first length, these bytes are more than any record may have.
        var mark = "{\"Key\":"u8;
        if (!File.Exists(path))
        {
            return false;
        }

        using var file = File.OpenRead(path);
        Span<byte> first = stackalloc byte[mark.Length];
        return file.ReadAtLeast(first, mark.Length, throwOnEndOfStream: false) == mark.Length && first.SequenceEqual(mark);
    }
}
