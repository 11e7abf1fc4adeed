using System.Text;
using ImageApp.Core.Formats;

namespace ImageApp.Tests.Core;

public sealed class ImageFormatTests
{
    [Theory]
    [InlineData("\u00FF\u00D8\u00FF\u00E0", "JPEG")]
    [InlineData("\u0089PNG\r\n\u001A\n", "PNG")]
    [InlineData("GIF87a", "GIF")]
    [InlineData("GIF89a", "GIF")]
    [InlineData("RIFF\0\0\0\0WEBP", "WebP")]
    [InlineData("\0\0\0\u001Cftypavif\0\0\0\0avifmif1miaf", "AVIF")]
    [InlineData("\0\0\0\u001Cftypmif1\0\0\0\0mif1avifmiaf", "AVIF")]
    [InlineData("\0\0\0\u0018ftypheic\0\0\0\0mif1heic", "HEIC")]
    [InlineData("\0\0\0\u0010ftypmif1\0\0\0\0avif", "HEIC")]
    [InlineData("\0\0\0\u0010ftypisom\0\0\0\0avif", null)]
    [InlineData("RIFF\0\0\0\0WAVE", null)]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>", null)]
    [InlineData("\u00FF\u00D8", null)]
    [InlineData("", null)]
    public void Is_known_by_its_first_bytes(string start, string? expected) => Assert.Equal(expected, ImageFormat.TrySniff(Encoding.Latin1.GetBytes(start))?.Name);

    [Fact]
    public void Are_named_in_one_list()
    {
        Assert.Equal("JPEG, PNG, GIF, WebP, AVIF or HEIC", ImageFormat.AllNames);
        Assert.All(ImageFormat.All, format => Assert.Same(format, ImageFormat.OfContentType(format.ContentType)));
        Assert.Null(ImageFormat.OfContentType("image/svg+xml"));
    }
}
