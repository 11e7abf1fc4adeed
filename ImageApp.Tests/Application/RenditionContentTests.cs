using System.Net;
using NetVips;

namespace ImageApp.Tests.Application;

/// <summary>Renditions, as a page finds and gets them.</summary>
public sealed class RenditionContentTests(RunningApplication fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_address_of_a_srcset_is_a_picture_of_the_width_it_says_for_ever()
    {
        var app = await fixture.StartAsync();
        var image = await app.UploadAsync("wide.jpg", TestImages.Jpeg(1700, 900));

        var candidates = ((string)image["srcSet"]!).Split(", ").Select(candidate => candidate.Split(' ')).ToList();
        Assert.Equal(["200w", "400w", "800w", "1600w"], candidates.Select(candidate => candidate[1]));
        foreach (var candidate in candidates)
        {
            using var answer = await app.Web.GetAsync(candidate[0], Cancel);
            Assert.Equal(TimeSpan.FromDays(365), answer.Headers.CacheControl?.MaxAge);
            using var picture = Image.NewFromBuffer(await answer.Content.ReadAsByteArrayAsync(Cancel));
            Assert.Equal(candidate[1], $"{picture.Width}w");
        }

        using var preview = await app.Web.GetAsync($"/images/{image["id"]}/preview", Cancel);
        Assert.Equal("image/webp", preview.Content.Headers.ContentType?.MediaType);
        foreach (var side in new[] { "2560", "401", "-1", "x" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await app.Web.GetAsync($"/images/{image["id"]}/rendition/{side}", Cancel)).StatusCode);
        }
    }

    [Fact]
    public async Task Transparent_and_moving_pictures_are_told_and_where_one_was_taken_is_not()
    {
        var app = await fixture.StartAsync();
        var clear = await app.UploadAsync("clear.png", TestImages.TransparentPng(509, 301));
        Assert.Equal((true, false), ((bool)clear["hasAlpha"]!, (bool)clear["animated"]!));
        Assert.DoesNotContain("/thumbnail", (string?)clear["srcSet"]);
        using (var rendition = Image.NewFromBuffer(await app.Web.GetByteArrayAsync($"/images/{clear["id"]}/rendition/400", Cancel)))
        {
            Assert.True(rendition.HasAlpha());
        }

        Assert.True((bool)(await app.UploadAsync("moving.gif", TestImages.AnimatedGif(509, 302, 3)))["animated"]!);
        using var placed = Image.NewFromBuffer(TestImages.Jpeg(510, 301)).Mutate(mutable =>
        {
            mutable.Set(GValue.GStrType, "exif-ifd3-GPSLatitude", "48/1 30/1 0/1");
            mutable.Set(GValue.GStrType, "exif-ifd3-GPSLatitudeRef", "N");
            mutable.Set(GValue.GStrType, "exif-ifd3-GPSLongitude", "11/1 15/1 0/1");
            mutable.Set(GValue.GStrType, "exif-ifd3-GPSLongitudeRef", "E");
        });
        var image = await app.UploadAsync("placed.jpg", placed.JpegsaveBuffer());
        Assert.DoesNotContain("atitude", image.ToJsonString());
        Assert.DoesNotContain("48.5", image.ToJsonString());
        Assert.Equal(new DateTime(2024, 5, 17, 10, 11, 12), (DateTime)image["shownAt"]!);
    }

    [Theory]
    [InlineData("/favicon.ico", "image/x-icon")]
    [InlineData("/robots.txt", "text/plain")]
    [InlineData("/manifest.webmanifest", "application/manifest+json")]
    public async Task What_browsers_and_robots_ask_for_by_themselves_is_there(string address, string type)
    {
        var app = await fixture.StartAsync();
        using var answer = await app.Web.GetAsync(address, Cancel);
        Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        if (address == "/robots.txt")
        {
            Assert.Contains("Disallow: /", await answer.Content.ReadAsStringAsync(Cancel));
        }
    }
}
