using ImageApp.Core.Formats;
using ImageMagick;
using NetVips;

namespace ImageApp.Imaging;

/// <summary>Sets the native libraries up for untrusted input in a small process.</summary>
public static class ImagingRuntime
{
    private const string AllLoaders = "VipsForeignLoad";
    private const ulong MaxSide = 65_535;

    /// <summary>
    /// The operations of libvips' loaders that never run, each with the reason. Those of <see cref="ImageFormat.Loader"/> and these
    /// together are all that the native library has.
    /// </summary>
    public static IReadOnlyDictionary<string, string> RefusedLoaders { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["uhdrload"] = "An Ultra HDR file is a JPEG, and read as one: the gain map behind it is in no rendition, and costs no memory.",
        ["tiffload"] = "Not a format of the web; libtiff is a large target.",
        ["svgload"] = "A program, not a picture: it may refer to other files.",
        ["vipsload"] = "libvips' own format, not for untrusted files.",
        ["rawload"] = "Bytes without a header.",
        ["csvload"] = "Numbers.",
        ["matrixload"] = "Numbers.",
        ["profile_load"] = "Colour profiles.",
    };

    private static readonly Lazy<bool> Ready = new(() =>
    {
        // Nothing is ever read by a loader that no format names, also not by one that a newer libvips brings.
        Operation.Block(AllLoaders, true);
        foreach (var format in ImageFormat.All)
        {
            Operation.Block(format.LoaderClass, false);
        }

        Cache.Max = 0;
        NetVips.NetVips.Concurrency = 2;
        return true;
    });

    private static readonly Lazy<bool> HeicReady = new(() =>
    {
        ResourceLimits.Width = MaxSide;
        ResourceLimits.Height = MaxSide;
        return true;
    });

    /// <summary>Does so once a process.</summary>
    public static void Initialize() => _ = Ready.Value;

    /// <summary>Sets up the HEVC decoder, once a process, when the first HEIC is there: its library is large, and seldom needed.</summary>
    internal static void InitializeHeic() => _ = HeicReady.Value;
}
