using ImageApp.Core.Formats;

namespace ImageApp.Tests.Core;

public sealed class GalleryRenditionTests
{
    [Theory]
    [InlineData(6000, 4000, "400,800,1600,2560")]
    [InlineData(4000, 6000, "400,800,1600,2560")]
    [InlineData(1600, 1200, "400,800")]
    [InlineData(1601, 1200, "400,800,1600")]
    [InlineData(300, 200, "400")]
    [InlineData(200, 200, "")]
    [InlineData(1, 1, "")]
    public void Only_those_smaller_than_the_original_are_made_and_one_for_dense_screens_of_any_that_the_thumbnail_shrinks(
        int width, int height, string sides) =>
        Assert.Equal(sides, Sides(ImageFormat.Jpeg, width, height, hasAlpha: false));

    [Theory]
    [InlineData(6000, 4000, "400,800,1600,2560")]
    [InlineData(1000, 700, "400,800,1600")]
    [InlineData(300, 200, "400")]
    [InlineData(100, 100, "400")]
    public void Of_what_browsers_do_not_show_there_is_one_at_its_own_size(int width, int height, string sides)
    {
        Assert.Equal(sides, Sides(ImageFormat.Heic, width, height, hasAlpha: false));
        var largest = GalleryRendition.MadeOf(ImageFormat.Heic, width, height, hasAlpha: false)[^1].Fit(width, height);
        Assert.Equal(Math.Min(2560, width), largest.Width);
    }

    [Fact]
    public void Of_a_transparent_picture_there_is_one_that_is_transparent_however_small_it_is() =>
        Assert.Equal("400", Sides(ImageFormat.Png, 64, 64, hasAlpha: true));

    [Theory]
    [InlineData(6000, 150, "400", 6000, 150)]
    [InlineData(6000, 300, "400", 3000, 150)]
    [InlineData(6000, 600, "400,1600,2560", 1500, 150)]
    [InlineData(150, 6000, "400", 150, 6000)]
    [InlineData(30_000, 150, "400", 16_383, 82)]
    [InlineData(6000, 2, "400", 6000, 2)]
    public void Panoramas_stay_high_enough_to_be_seen_and_are_kept_once_a_size(
        int width, int height, string sides, int smallestWidth, int smallestHeight)
    {
        var made = GalleryRendition.MadeOf(ImageFormat.Jpeg, width, height, hasAlpha: false);
        Assert.Equal((smallestWidth, smallestHeight), made[0].Fit(width, height));
        Assert.Equal(sides, Sides(ImageFormat.Jpeg, width, height, hasAlpha: false));

        // The thumbnail is a documented contract.
        var thumbnail = GalleryRendition.Thumbnail.Fit(width, height);
        Assert.Equal(200, Math.Max(thumbnail.Width, thumbnail.Height));
    }

    [Fact]
    public void Each_has_a_key_of_its_own_and_what_older_versions_made_keeps_its_key()
    {
        const string original = "images/0190f5fe-7c00-7a00-8000-000000000000.jpg";
        var keys = GalleryRendition.All.Select(rendition => rendition.KeyFor(original)).ToList();
        Assert.Equal(keys.Count, keys.Distinct().Count());
        Assert.Contains("thumbnails/thumb_0190f5fe-7c00-7a00-8000-000000000000.jpg", keys);
        Assert.Contains("thumbnails/preview_0190f5fe-7c00-7a00-8000-000000000000.webp", keys);
        Assert.Contains("thumbnails/view_0190f5fe-7c00-7a00-8000-000000000000.jpg", keys);
        Assert.Null(GalleryRendition.OfSide(401));
        Assert.Same(GalleryRendition.Preview, GalleryRendition.OfSide(400));
    }

    private static string Sides(ImageFormat format, int width, int height, bool hasAlpha) =>
        string.Join(',', GalleryRendition.MadeOf(format, width, height, hasAlpha).Select(rendition => rendition.Side));
}
