namespace ImageApp.Imaging;

/// <summary>Finds a JPEG's markers in a file that is in memory.</summary>
internal static class JpegMarkers
{
    /// <summary>
    /// The next marker: FF and a byte that is neither 0 nor FF (ITU-T T.81, B.1.1.2). What is before it is passed over, as decoders do.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="at">Where to look from; then behind the marker, or at the file's end.</param>
    /// <returns>The marker's second byte; null where there is none.</returns>
    public static byte? Next(ReadOnlySpan<byte> file, ref int at)
    {
        while (at + 1 < file.Length)
        {
            var next = file[at..].IndexOf((byte)0xFF);
            if (next < 0)
            {
                break;
            }

            at += next + 1;
            if (at < file.Length && file[at] is not (0 or 0xFF) and var marker)
            {
                at++;
                return marker;
            }
        }

        at = file.Length;
        return null;
    }
}
