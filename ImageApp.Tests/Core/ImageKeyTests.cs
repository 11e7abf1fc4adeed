using CsCheck;
using ImageApp.Core;

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
        Assert.Equal($"thumbnails/thumb_{id}.jpg", ImageKey.ThumbnailKeyFor(keys[0]));
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
        Assert.Throws<ArgumentException>(() => ImageKey.ThumbnailKeyFor(key));
    }

    [Fact]
    public void Different_originals_never_share_a_thumbnail() =>
        Gen.Select(Gen.String[1, 40], Gen.String[1, 40]).Where((a, b) => a != b && a[^1] != '/' && b[^1] != '/').Sample((a, b) =>
            ImageKey.ThumbnailKeyFor("images/" + a) != ImageKey.ThumbnailKeyFor("images/" + b));
}
