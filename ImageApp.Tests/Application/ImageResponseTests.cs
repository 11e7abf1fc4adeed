using ImageApp.Core.Catalogue;
using ImageApp.Web.Pictures;

namespace ImageApp.Tests.Application;

/// <summary>Which addresses a page shows of a picture, as far as it is rendered.</summary>
public sealed class ImageResponseTests
{
    [Theory]
    [InlineData("image/heic", true, null, "thumbnail")]
    [InlineData("image/heic", false, 2560, "rendition/2560")]
    [InlineData("image/jpeg", true, null, "original")]
    [InlineData("image/jpeg", false, 2560, "rendition/2560")]
    public void What_is_shown_large_is_there_and_browsers_show_it(string type, bool isPending, int? side, string expected)
    {
        var image = new ImageRecord
        {
            Id = 7,
            Key = "images/a",
            FileName = "a",
            ContentType = type,
            Width = 4000,
            Height = 3000,
            ThumbnailKey = "thumbnails/t.jpg",
            ThumbnailGeneratedAt = DateTimeOffset.UnixEpoch,
            AreRenditionsPending = isPending,
            RenditionSides = side is { } one ? [400, one] : [],
            UpdatedAt = DateTimeOffset.UnixEpoch,
        };

        Assert.StartsWith($"/images/7/{expected}", ImageResponse.LargeUrlOf(image), StringComparison.Ordinal);
        Assert.Equal(isPending, ImageResponse.From(image).RenditionsPending);
        const string thumbnail = "/images/7/thumbnail?v=0 200w";
        Assert.Equal(
            isPending ? thumbnail : $"{thumbnail}, /images/7/rendition/400?v=0 400w, /images/7/rendition/2560?v=0 2560w",
            ImageResponse.SrcSetOf(image));
    }
}
