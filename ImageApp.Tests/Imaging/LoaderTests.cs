using ImageApp.Core.Formats;
using ImageApp.Imaging;
using NetVips;

namespace ImageApp.Tests.Imaging;

public sealed class LoaderTests
{
    [Fact]
    public void Every_loader_of_the_native_library_is_allowed_or_refused_for_a_reason()
    {
        ImagingRuntime.Initialize();
        var native = NetVips.NetVips.GetOperations().Where(IsLoader).Select(WithoutSource).Distinct().Order(StringComparer.Ordinal);
        var allowed = ImageFormat.All.Select(format => format.Loader).Distinct();
        Assert.Equal(allowed.Concat(ImagingRuntime.RefusedLoaders.Keys).Order(StringComparer.Ordinal), native);
    }

    [Fact]
    public void What_is_refused_cannot_run_even_when_called_by_name()
    {
        ImagingRuntime.Initialize();
        using var picture = Samples.Quadrants(20, 20);
        var tiff = picture.TiffsaveBuffer();
        Assert.Throws<VipsException>(() => Image.TiffloadBuffer(tiff));
        Assert.Throws<VipsException>(() => Image.NewFromBuffer(tiff));
        Assert.Throws<VipsException>(() => Image.Uhdrload(Samples.Path("ultra-hdr.jpg")));
        var drawing = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"u8.ToArray();
        Assert.Throws<VipsException>(() => Image.SvgloadBuffer(drawing));
    }

    private static bool IsLoader(string operation) =>
        new[] { "load", "load_buffer", "load_source" }.Any(end => operation.EndsWith(end, StringComparison.Ordinal));

    private static string WithoutSource(string operation) =>
        operation.Replace("_buffer", "", StringComparison.Ordinal).Replace("_source", "", StringComparison.Ordinal);
}
