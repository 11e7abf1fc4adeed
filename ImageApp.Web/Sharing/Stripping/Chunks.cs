namespace ImageApp.Web.Sharing.Stripping;

/// <summary>Parts of files, moved without being looked at.</summary>
internal static class Chunks
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Copies so many bytes.</summary>
    /// <exception cref="EndOfStreamException">There are fewer.</exception>
    public static void Copy(Stream source, Stream target, long count)
    {
        var buffer = new byte[Math.Min(count, BufferSize)];
        for (var left = count; left > 0;)
        {
            var read = source.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            if (read == 0)
            {
                throw new EndOfStreamException();
            }

            target.Write(buffer, 0, read);
            left -= read;
        }
    }

    /// <summary>Leaves so many bytes out.</summary>
    public static void Skip(Stream source, long count) => source.Seek(count, SeekOrigin.Current);
}
