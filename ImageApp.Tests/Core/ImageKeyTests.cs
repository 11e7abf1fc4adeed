using CsCheck;
using ImageApp.Core;
using ImageApp.Core.Formats;

namespace ImageApp.Tests.Core;

public sealed class ImageKeyTests
{
    [Fact]
    public void New_keys_are_unique_in_time_order_and_their_thumbnails_share_their_id()
    {
        var keys = Enumerable.Range(0, 100).Select(_ => ImageKey.New("png")).ToList();
        Assert.Equal(100, keys.Distinct().Count());
        Assert.All(keys, key => Assert.True(ImageKey.IsImageKey(key)));
        var id = keys[0]["images/".Length..^".png".Length];
        Assert.Equal($"thumbnails/thumb_{id}.jpg", GalleryRendition.Thumbnail.KeyFor(keys[0]));
    }

    [Theory]
    [InlineData("images/")]
    [InlineData("images/a/")]
    [InlineData("thumbnails/a.jpg")]
    [InlineData("Images/a.jpg")]
    [InlineData("")]
    public void Other_keys_are_not_originals(string key)
    {
        Assert.False(ImageKey.IsImageKey(key));
        Assert.Throws<ArgumentException>(() => GalleryRendition.Thumbnail.KeyFor(key));
    }

    [Fact]
    public void Different_originals_never_share_a_thumbnail() =>
        Gen.Select(Gen.String[1, 40], Gen.String[1, 40]).Where((a, b) => a != b && a[^1] != '/' && b[^1] != '/').Sample((a, b) =>
            GalleryRendition.Thumbnail.KeyFor("images/" + a) != GalleryRendition.Thumbnail.KeyFor("images/" + b));

    [Fact]
    public void Renditions_of_one_original_differ_in_key_and_keep_its_proportions()
    {
        var key = ImageKey.New("png");
        Assert.Equal(GalleryRendition.All.Count, GalleryRendition.All.Select(rendition => rendition.KeyFor(key)).Distinct().Count());
        Assert.All(GalleryRendition.All, rendition => Assert.EndsWith($".{rendition.Format.Extension}", rendition.KeyFor(key)));
        var (width, height) = GalleryRendition.Thumbnail.Fit(4000, 1000);
        Assert.Equal((GalleryRendition.Thumbnail.Side, GalleryRendition.Thumbnail.Side / 4), (width, height));
        Assert.Equal((30, 20), GalleryRendition.Thumbnail.Fit(30, 20));
        Assert.Equal((GalleryRendition.Thumbnail.Side, 1), GalleryRendition.Thumbnail.Fit(30_000, 2));
    }
}
