using NetVips;

namespace ImageApp.Imaging;

/// <summary>Sets libvips up for untrusted input in a small process.</summary>
internal static class ImagingRuntime
{
    private static readonly Lazy<bool> Ready = new(() =>
    {
        // Loaders that libvips itself does not vouch for with untrusted files (ImageMagick, PDF, SVG and more) cannot run at all.
        NetVips.NetVips.BlockUntrusted = true;
        Cache.Max = 0;
        NetVips.NetVips.Concurrency = 2;
        return true;
    });

    /// <summary>Does so once a process.</summary>
    public static void Initialize() => _ = Ready.Value;
}
