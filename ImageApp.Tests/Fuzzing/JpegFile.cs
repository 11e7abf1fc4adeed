using NetVips;

namespace ImageApp.Tests.Fuzzing;

/// <summary>JPEGs (ITU-T T.81) of every kind that is written, and such as lie.</summary>
internal static class JpegFile
{
    private static readonly byte[] Start = [0xFF, 0xD8];
    private static readonly byte[] End = [0xFF, 0xD9];

    /// <summary>Those that are right: sequential and progressive, with and without restarts, of one, three and four colours.</summary>
    public static IEnumerable<byte[]> Right()
    {
        foreach (var (width, height) in new[] { (1, 1), (17, 9), (64, 48) })
        {
            using var grey = Image.Gaussnoise(width, height, sigma: 60, mean: 128, seed: 3).Cast(Enums.BandFormat.Uchar);
            using var colour = grey.Bandjoin(grey.Invert(), grey).Copy(interpretation: Enums.Interpretation.Srgb);
            using var ink = grey.Bandjoin(grey, grey.Invert(), grey).Copy(interpretation: Enums.Interpretation.Cmyk);
            foreach (var interlaced in new[] { false, true })
            {
                yield return grey.JpegsaveBuffer(q: 70, interlace: interlaced);
                yield return ink.JpegsaveBuffer(q: 70, interlace: interlaced);
                yield return colour.JpegsaveBuffer(q: 95, interlace: interlaced, restartInterval: 2);
                foreach (var subsample in new[] { Enums.ForeignSubsample.On, Enums.ForeignSubsample.Off })
                {
                    yield return colour.JpegsaveBuffer(q: 40, interlace: interlaced, subsampleMode: subsample, optimizeCoding: true);
                }
            }
        }
    }

    /// <summary>Those that lie, made of a right one.</summary>
    public static IEnumerable<byte[]> Wrong(byte[] right)
    {
        var segments = Pieces.Of(right);
        var frame = segments.First(piece => right[piece.Start + 1] is 0xC0 or 0xC2);
        var content = right[frame.Start..frame.End];
        byte[] With(int at, params byte[] values)
        {
            var lying = (byte[])right.Clone();
            values.CopyTo(lying, frame.Start + at);
            return lying;
        }

        yield return With(4, 12);
        yield return With(4, 255);
        yield return With(5, 0, 0);
        yield return With(7, 0, 0);
        yield return With(5, 0xFF, 0xFF, 0xFF, 0xFF);
        yield return With(5, 0x27, 0x10, 0x27, 0x10);
        yield return With(9, 255);
        yield return With(11, 0xFF);
        yield return With(11, 0x41);
        yield return With(1, 0xC9);

        // Cut before each marker, and behind its length.
        foreach (var segment in segments)
        {
            yield return right[..segment.Start];
            yield return [.. right[..(segment.Start + 4)], .. End];
            yield return [.. right[..segment.Start], .. right[segment.End..]];
        }

        // The same frame again and again; tables without end; scans without end, each a few bytes long.
        yield return [.. right[..frame.Start], .. Repeated(content, 2000), .. right[frame.Start..]];
        yield return [.. Start, .. Repeated([0xFF, 0xC4, 0, 19, 0, .. new byte[16]], 4000), .. right[2..]];
        var scan = segments.First(piece => right[piece.Start + 1] == 0xDA);
        yield return [.. right[..scan.Start], .. Repeated(right[scan.Start..scan.End], 3000), .. right[scan.Start..]];

        // A profile of 255 parts of which one is there, and metadata that points at itself.
        yield return WithSegment(right, 0xE2, [.. "ICC_PROFILE\0"u8, 1, 255, .. new byte[40]]);
        yield return WithSegment(right, 0xE2, [.. "ICC_PROFILE\0"u8, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, .. "lcms"u8]);
        yield return WithSegment(right, 0xE1, [.. "Exif\0\0"u8, .. ExifBlocks.PointingAtItself]);
        yield return WithSegment(right, 0xE1, [.. "Exif\0\0"u8, .. ExifBlocks.OfExtremes]);
        yield return WithSegment(right, 0xEE, [.. "Adobe\0"u8, 100, 0xFF, 0xFF, 0xFF, 0xFF, 9]);
    }

    /// <summary>A JPEG with one more segment at its start.</summary>
    public static byte[] WithSegment(byte[] jpeg, byte marker, byte[] content) =>
        [.. Start, 0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content, .. jpeg[2..]];

    private static IEnumerable<byte> Repeated(byte[] part, int times) => Enumerable.Repeat(part, times).SelectMany(one => one);
}
