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
    public void Is_known_by_its_first_bytes(string start, string? expected) =>
        Assert.Equal(expected, ImageFormat.TrySniff(Encoding.Latin1.GetBytes(start))?.Name);

    [Fact]
    public void Are_named_in_one_list()
    {
        Assert.Equal("JPEG, PNG, GIF, WebP, AVIF or HEIC", ImageFormat.AllNames);
        Assert.All(ImageFormat.All, format => Assert.Same(format, ImageFormat.OfContentType(format.ContentType)));
        Assert.Null(ImageFormat.OfContentType("image/svg+xml"));
    }

    [Theory]
    [InlineData("image/jpeg", "JPEG")]
    [InlineData("image/heif", "HEIC")]
    [InlineData("IMAGE/AVIF", "AVIF")]
    [InlineData("image/apng", "PNG")]
    [InlineData("image/tiff", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_media_type_is_of_one_format(string? contentType, string? name) =>
        Assert.Equal(name, ImageFormat.OfContentType(contentType)?.Name);

    [Fact]
    public void A_file_input_offers_every_media_type_and_every_extension_once()
    {
        var accepted = ImageFormat.Accepted.Split(',');
        string[] expected = ["image/jpeg", ".jpg", ".jpeg", "image/heic", "image/heif", ".heic", ".heif", ".avif", ".webp", ".gif", ".png"];
        Assert.Superset(expected.ToHashSet(), accepted.ToHashSet());
        Assert.Equal(accepted.Distinct(), accepted);
    }

    [Fact]
    public void A_view_is_made_only_of_what_browsers_do_not_show()
    {
        Assert.Equal([ImageFormat.Heic], ImageFormat.All.Where(format => !format.IsShownByBrowsers));
        Assert.All(GalleryRendition.All, rendition => Assert.True(rendition.Format.IsShownByBrowsers));
    }
}
