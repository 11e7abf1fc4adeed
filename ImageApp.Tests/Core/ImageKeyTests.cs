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

    [Fact]
    public void Every_format_the_app_takes_keeps_the_uuid_in_its_renditions_and_none_shares_it_with_another()
    {
        foreach (var format in ImageFormat.All)
        {
            var key = ImageKey.New(format.Extension);
            var id = key["images/".Length..^(format.Extension.Length + 1)];
            Assert.Equal($"thumbnails/thumb_{id}.jpg", GalleryRendition.Thumbnail.KeyFor(key));
            var likeIt = ImageFormat
                .All.Select(other => $"images/{id}.{other.Extension}")
                .Concat([
                    $"images/{id.ToUpperInvariant()}.{format.Extension}",
                    $"images/{id}",
                    $"images/{id}.jpeg",
                    $"images/x/{id}.{format.Extension}",
                ])
                .Distinct()
                .ToList();
            Assert.Equal(likeIt.Count, likeIt.Select(GalleryRendition.Thumbnail.KeyFor).Distinct().Count());
        }
    }

    [Theory]
    [InlineData("1f3870be-274f-4c5e-a3b1-0123456789ab")]
    [InlineData("1f3870be-274f-7c5e-a3b1-0123456789ab")]
    [InlineData("1f3870be-274f-8c5e-a3b1-0123456789ab")]
    public void Pictures_whose_keys_differ_in_extension_or_case_alone_have_renditions_of_their_own(string id)
    {
        string[] keys =
        [
            $"images/{id}.jpg",
            $"images/{id}.png",
            $"images/{id.ToUpperInvariant()}.jpg",
            $"images/{id}.JPG",
            $"images/{id}.jpg.jpg",
        ];
        Assert.Equal(keys.Length, keys.Select(GalleryRendition.Thumbnail.KeyFor).Distinct().Count());
        Assert.Equal(keys.Length, keys.Select(GalleryRendition.Preview.KeyFor).Distinct().Count());
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
        Gen.Select(Gen.String[1, 40], Gen.String[1, 40])
            .Where((a, b) => a != b && a[^1] != '/' && b[^1] != '/')
            .Sample((a, b) => GalleryRendition.Thumbnail.KeyFor("images/" + a) != GalleryRendition.Thumbnail.KeyFor("images/" + b));

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
