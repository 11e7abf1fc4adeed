using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Amazon.S3.Model;

namespace ImageApp.Tests.Application;

/// <summary>Deleting, the trash, and where its forms lead.</summary>
public sealed class TrashTests(RunningApplication fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_deleted_is_in_the_trash_with_its_picture_and_comes_back_as_it_was()
    {
        var app = await fixture.StartAsync();
        var image = await app.UploadAsync("to the trash.jpg", TestImages.Jpeg(501, 301));
        var id = (long)image["id"]!;

        Assert.Equal(HttpStatusCode.NoContent, (await app.Web.DeleteAsync($"/api/images/{id}", Cancel)).StatusCode);

        Assert.Equal(HttpStatusCode.NotFound, (await app.Web.GetAsync($"/api/images/{id}", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Web.GetAsync($"/images/{id}/original", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Web.GetAsync((string?)image["thumbnailUrl"], Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Web.GetAsync($"/images/{id}/rendition/400", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.Web.GetAsync($"/trash/{id}/thumbnail", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.Web.GetAsync($"/trash/{id}/rendition/400", Cancel)).StatusCode);
        Assert.DoesNotContain("to the trash.jpg", await app.Web.GetStringAsync("/?q=trash", Cancel));
        var kept = Assert.Single(
            (await app.Web.GetFromJsonAsync<JsonObject>("/api/images?trash=true&limit=200", Cancel))!["images"]!.AsArray(),
            one => (long)one!["id"]! == id
        )!;
        Assert.InRange((DateTimeOffset)kept["keptUntil"]!, DateTimeOffset.UtcNow.AddDays(29), DateTimeOffset.UtcNow.AddDays(30));
        Assert.Equal(HttpStatusCode.OK, (await app.Web.GetAsync((string?)kept["thumbnailUrl"], Cancel)).StatusCode);
        var page = await app.Web.GetStringAsync("/trash", Cancel);
        Assert.Contains($"id=\"i{id}\"", page);
        Assert.Contains("30 days", page);

        var restored = await app.Web.PostAsync($"/api/images/{id}/restore", null, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Web.GetAsync($"/trash/{id}/thumbnail", Cancel)).StatusCode);
        Assert.Equal((string?)image["caption"], (string?)(await restored.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["caption"]);
        Assert.Equal(HttpStatusCode.OK, (await app.Web.GetAsync((string?)image["originalUrl"], Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Web.PostAsync($"/api/images/{id}/restore", null, Cancel)).StatusCode);
    }

    [Fact]
    public async Task What_is_deleted_for_good_goes_at_once_with_everything_made_of_it_also_out_of_the_trash()
    {
        var app = await fixture.StartAsync();
        using var s3 = app.CreateS3Client();
        var one = await app.UploadAsync("for good.jpg", TestImages.Jpeg(502, 301));
        var two = await app.UploadAsync("for good too.jpg", TestImages.Jpeg(503, 301));
        await app.Web.DeleteAsync($"/api/images/{one["id"]}", Cancel);

        foreach (var image in new[] { one, two })
        {
            Assert.Equal(
                HttpStatusCode.NoContent,
                (await app.Web.DeleteAsync($"/api/images/{image["id"]}?permanently=true", Cancel)).StatusCode
            );
            var name = ((string)image["key"]!)["images/".Length..^".jpg".Length];
            foreach (var prefix in new[] { $"images/{name}", $"thumbnails/thumb_{name}", $"thumbnails/preview_{name}" })
            {
                await Eventually.HoldsAsync(async () => await CountAsync(prefix) == 0, $"{prefix} is gone");
            }

            Assert.Equal(HttpStatusCode.NotFound, (await app.Web.PostAsync($"/api/images/{image["id"]}/restore", null, Cancel)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await app.Web.DeleteAsync($"/api/images/{one["id"]}?permanently=true", Cancel)).StatusCode);

        async Task<int> CountAsync(string prefix) => (
            await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = app.BucketName, Prefix = prefix }, Cancel)
        ).S3Objects?.Count ?? 0;
    }

    [Fact]
    public async Task Forms_lead_back_to_where_they_were_sent_from_and_nowhere_else()
    {
        var app = await fixture.StartAsync();
        using var web = WithoutRedirects(app);
        long[] ids =
        [
            (long)(await app.UploadAsync("back 1.jpg", TestImages.Jpeg(504, 301)))["id"]!,
            (long)(await app.UploadAsync("back 2.jpg", TestImages.Jpeg(505, 301)))["id"]!,
        ];
        const string back = "/?q=back&sort=oldest";

        Assert.Equal($"{back}&deleted={ids[0]}", await SentToAsync($"/images/{ids[0]}/delete", ("back", $"{back}&deleted=7")));
        Assert.Equal(back, await SentToAsync($"/images/{ids[0]}/restore", ("back", back)));
        Assert.Equal($"{back}&gone=true", await SentToAsync($"/images/{ids[0]}/restore", ("back", back)));
        Assert.Equal(
            $"{back}&deleted={ids[0]}%2C{ids[1]}",
            (await SentToAsync("/images/selected", ("action", "delete"), ("id", $"{ids[0]}"), ("id", $"{ids[1]}"), ("back", back)))
                .Replace(",", "%2C", StringComparison.Ordinal)
        );
        Assert.Equal("/trash", await SentToAsync("/images/selected", ("action", "restore"), ("id", $"{ids[0]}"), ("back", "/trash")));
        Assert.Equal(HttpStatusCode.OK, (await app.Web.GetAsync($"/api/images/{ids[0]}", Cancel)).StatusCode);
        Assert.Equal($"{back}&nothing=true", await SentToAsync("/images/selected", ("action", "delete"), ("back", back)));
        Assert.Equal("/trash", await SentToAsync("/images/selected", ("action", "purge"), ("id", $"{ids[1]}"), ("back", "/trash")));
        Assert.Equal(HttpStatusCode.NotFound, (await app.Web.PostAsync($"/api/images/{ids[1]}/restore", null, Cancel)).StatusCode);

        string[] others = ["https://evil.example/", "//evil.example", "/\\evil.example", "", "/a b", "/\r\nX: y", "javascript:x"];
        foreach (var elsewhere in others)
        {
            Assert.Equal("/?gone=true", await SentToAsync($"/images/{ids[0]}/restore", ("back", elsewhere)));
        }

        var retried = await SentToAsync($"/api/images/{ids[0]}/retry", ("back", back));
        Assert.Equal(back, retried);

        async Task<string> SentToAsync(string address, params (string, string)[] fields)
        {
            using var answer = await web.SendAsPersonAsync(HttpMethod.Post, address, UploadedPictures.Fields(fields));
            Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
            return answer.Headers.Location!.OriginalString;
        }
    }

    [Fact]
    public async Task Thousands_are_deleted_and_restored_by_one_form()
    {
        var app = await fixture.StartAsync();
        using var web = WithoutRedirects(app);
        var id = (long)(await app.UploadAsync("one of many.jpg", TestImages.Jpeg(506, 301)))["id"]!;
        var many = Enumerable.Range(900_000_000, 3000).Select(one => ("id", one.ToString(CultureInfo.InvariantCulture)))
            .Append(("id", id.ToString(CultureInfo.InvariantCulture)));

        using var deleted = await web.SendAsPersonAsync(
            HttpMethod.Post, "/images/selected", UploadedPictures.Fields([("action", "delete"), .. many]));
        Assert.Equal("/trash", deleted.Headers.Location?.OriginalString);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Web.GetAsync($"/api/images/{id}", Cancel)).StatusCode);

        using var restored = await web.SendAsPersonAsync(
            HttpMethod.Post, "/images/selected", UploadedPictures.Fields([("action", "restore"), .. many]));
        Assert.Equal(HttpStatusCode.SeeOther, restored.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.Web.GetAsync($"/api/images/{id}", Cancel)).StatusCode);
    }

    private static HttpClient WithoutRedirects(RunningApplication app) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = app.Web.BaseAddress };
}
