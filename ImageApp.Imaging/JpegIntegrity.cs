using NetVips;

namespace ImageApp.Imaging;

/// <summary>Whether a JPEG that libjpeg has a remark on lacks anything of the picture.</summary>
internal static class JpegIntegrity
{
    private const int MaxSide = 8;

    // libjpeg's remarks on what does no harm: JWRN_EXTRANEOUS_DATA, JWRN_ADOBE_XFORM, JWRN_BOGUS_PROGRESSION, JWRN_NOT_SEQUENTIAL.
    private static readonly string[] Harmless = ["extraneous bytes", "Unknown Adobe color transform", "Inconsistent progression", "Invalid SOS parameters"];

    /// <summary>Looks closely.</summary>
    /// <param name="path">The file.</param>
    /// <param name="remark">What libjpeg said.</param>
    public static bool IsDamaged(string path, VipsException remark)
    {
        var content = ReadWithEnd(path);
        return JpegScans.Examine(content) switch
        {
            JpegScans.Finding.Complete => false,
            JpegScans.Finding.Incomplete => true,
            _ => !IsHarmless(remark) && !IsCompleteWithEnd(content),
        };
    }

    // A picture of many scans is read to its end before the first pixel is there, so that whatever is missing but the marker is noticed.
    private static bool IsCompleteWithEnd(byte[] content)
    {
        try
        {
            using var small = Image.ThumbnailBuffer(content, MaxSide, failOn: Enums.FailOn.Warning);
            using var decoded = small.CopyMemory();
            return true;
        }
        catch (VipsException e)
        {
            return IsHarmless(e);
        }
    }

    // A second end marker does no harm.
    private static byte[] ReadWithEnd(string path)
    {
        using var file = File.OpenRead(path);
        var content = new byte[file.Length + 2];
        file.ReadExactly(content.AsSpan(0, content.Length - 2));
        (content[^2], content[^1]) = (0xFF, 0xD9);
        return content;
    }

    private static bool IsHarmless(VipsException remark) => Harmless.Any(text => remark.Message.Contains(text, StringComparison.Ordinal));
}
