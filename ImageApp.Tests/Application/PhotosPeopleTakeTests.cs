using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Amazon.S3.Model;
using ImageApp.Core.Formats;
using ImageApp.Tests.Imaging;
using NetVips;

namespace ImageApp.Tests.Application;

/// <summary>Files as telephones, cameras and programs write them, uploaded to the whole application.</summary>
public sealed class PhotosPeopleTakeTests(RunningApplication fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ultra-hdr.jpg", 480, 320)]
    [InlineData("ultra-hdr-orientation6.jpg", 320, 480)]
    public async Task An_ultra_HDR_JPEG_of_a_new_telephone_is_a_picture_like_any_other(string file, int width, int height) =>
        await AssertTakenAsync(Samples.Content(file), "image/jpeg", width, height);

    [Fact]
    public async Task A_progressive_JPEG_of_45_megapixels_is_taken() =>
        await AssertTakenAsync(TestImages.ProgressiveJpeg(8192, 5464, bands: 3, subsampled: true), "image/jpeg", 8192, 5464);

    [Fact]
    public async Task An_animated_AVIF_is_shown_by_its_first_frame() =>
        await AssertTakenAsync(Samples.Content("sequence.avif"), "image/avif", 480, 320);

    [Fact]
    public async Task A_JPEG_without_its_end_marker_is_not_called_damaged() =>
        await AssertTakenAsync(Samples.Content("without-end-marker.jpg"), "image/jpeg", 480, 320);

    [Fact]
    public async Task A_cameras_name_with_parentheses_is_whole()
    {
        var image = await AssertTakenAsync(Samples.Content("model-with-parentheses.jpg"), "image/jpeg", 480, 320);
        Assert.EndsWith("(2nd generation)", (string?)image["camera"]);
        Assert.Contains((string)image["camera"]!, (string?)image["caption"]);
    }

    [Fact]
    public async Task A_HEIC_photo_is_shown_large_as_WebP_downloaded_as_it_was_and_deleted_with_all_that_was_made_of_it()
    {
        var content = Samples.Content("telephone.heic");
        var image = await AssertTakenAsync(content, "image/heic", 480, 320);
        var app = await fixture.StartAsync();
        var (id, key) = ((long)image["id"]!, (string)image["key"]!);

        using var original = await app.Web.GetAsync((string?)image["originalUrl"], Cancel);
        Assert.Equal("attachment", original.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal(content, await original.Content.ReadAsByteArrayAsync(Cancel));

        var page = await app.Web.GetStringAsync($"/images/{id}", Cancel);
        Assert.Contains($"/images/{id}/rendition/800?v=", page);
        using var shown = await app.Web.GetAsync($"/images/{id}/rendition/800", Cancel);
        Assert.Equal("image/webp", shown.Content.Headers.ContentType?.MediaType);
        using var view = Image.NewFromBuffer(await shown.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal((480, 320), (view.Width, view.Height));
        Assert.DoesNotContain(view.GetFields(), field => field.StartsWith("exif", StringComparison.Ordinal));

        using var s3 = app.CreateS3Client();
        string[] keys = [key, .. GalleryRendition.Sides.Take(2).Prepend(GalleryRendition.Thumbnail).Select(one => one.KeyFor(key))];
        foreach (var one in keys)
        {
            Assert.Single(await ListAsync(one));
        }

        Assert.Equal(HttpStatusCode.NoContent, (await app.Web.DeleteAsync($"/api/images/{id}?permanently=true", Cancel)).StatusCode);
        foreach (var one in keys)
        {
            await Eventually.HoldsAsync(async () => (await ListAsync(one)).Count == 0, $"{one} is gone");
        }

        async Task<List<S3Object>> ListAsync(string prefix)
        {
            var request = new ListObjectsV2Request { BucketName = app.BucketName, Prefix = prefix };
            return (await s3.ListObjectsV2Async(request, Cancel)).S3Objects ?? [];
        }
    }

    [Fact]
    public async Task A_small_picture_that_browsers_show_is_shown_itself()
    {
        var image = await AssertTakenAsync(TestImages.Jpeg(300, 200), "image/jpeg", 300, 200);
        var app = await fixture.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await app.Web.GetAsync($"/images/{image["id"]}/rendition/800", Cancel)).StatusCode);
        Assert.Contains($"{image["originalUrl"]}\"", await app.Web.GetStringAsync($"/images/{image["id"]}", Cancel));
    }

    // The content is not a parameter: it would be written out with the test's name.
    [Theory]
    [InlineData("photo.jxl", "a JPEG XL picture", "export it as JPEG or PNG")]
    [InlineData("scan.jpg", "a TIFF picture", "export it as JPEG or PNG")]
    [InlineData("film.mov", "a QuickTime video (MOV)", "upload a still from it")]
    [InlineData("drawing.png", "an SVG drawing", "export it as PNG")]
    public async Task What_is_not_taken_is_refused_by_its_name_with_advice(string name, string kind, string advice)
    {
        var content = name switch
        {
            "photo.jxl" => Samples.Content("jpeg-xl.jxl"),
            "scan.jpg" => TestImages.Tiff(30, 20),
            "film.mov" => Film(26_000_000),
            _ => "<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray(),
        };
        var app = await fixture.StartAsync();
        using var form = Form(name, content);
        using var uploaded = await app.Web.PostAsync("/api/images", form, Cancel);
        using var presigned = await PresignAsync(app, name, "image/jpeg", content);
        foreach (var answer in new[] { uploaded, presigned })
        {
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
            var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
            Assert.Equal("urn:imageapp:problem:unsupported-format", (string?)problem["type"]);
            Assert.Contains($"The file is {kind}", (string?)problem["detail"]);
            Assert.Contains(advice, (string?)problem["detail"]);
        }
    }

    [Fact]
    public async Task What_is_not_taken_and_put_into_the_bucket_says_on_its_page_what_it_is()
    {
        var app = await fixture.StartAsync();
        using var s3 = app.CreateS3Client();
        var put = new PutObjectRequest
        {
            BucketName = app.BucketName,
            Key = "images/put.jpg",
            InputStream = new MemoryStream(Samples.Content("jpeg-xl.jxl")),
        };
        await s3.PutObjectAsync(put, Cancel);
        var image = await app.WaitForKeyAsync("images/put.jpg", RunningApplication.IsFinished);
        Assert.Equal(("not-an-image", "not-an-image"), ((string?)image["thumbnailErrorCode"], (string?)image["captionErrorCode"]));
        Assert.Contains("a JPEG XL picture", (string?)image["thumbnailError"]);
        Assert.Contains("a JPEG XL picture", await app.Web.GetStringAsync($"/images/{image["id"]}", Cancel));
    }

    [Fact]
    public async Task A_picture_whose_type_the_browser_does_not_know_goes_straight_to_the_bucket_by_its_first_bytes()
    {
        var app = await fixture.StartAsync();
        var content = Samples.Content("telephone.heic");
        using var answer = await PresignAsync(app, "photo", "", content);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var grant = (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        Assert.EndsWith(".heic", (string?)grant["key"]);

        using var http = new HttpClient();
        using var put = new HttpRequestMessage(HttpMethod.Put, (string?)grant["url"]) { Content = new ByteArrayContent(content) };
        foreach (var (header, value) in grant["headers"]!.AsObject())
        {
            if (!put.Headers.TryAddWithoutValidation(header, (string?)value))
            {
                put.Content.Headers.TryAddWithoutValidation(header, (string?)value);
            }
        }

        Assert.Equal(HttpStatusCode.OK, (await http.SendAsync(put, Cancel)).StatusCode);
        var image = await app.WaitForImageAsync((long)grant["id"]!, RunningApplication.IsFinished);
        Assert.NotNull(image["thumbnailUrl"]);
    }

    private async Task<JsonObject> AssertTakenAsync(byte[] content, string contentType, int width, int height)
    {
        var app = await fixture.StartAsync();
        using var form = Form("photo", content);
        using var answer = await app.Web.PostAsync("/api/images", form, Cancel);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var created = (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        var image = await app.WaitForImageAsync((long)created["images"]![0]!["id"]!, RunningApplication.IsFinished);

        Assert.Equal((null, null), ((string?)image["thumbnailError"], (string?)image["captionError"]));
        Assert.Equal((contentType, width, height), ((string?)image["contentType"], (int)image["width"]!, (int)image["height"]!));
        Assert.False((bool)image["damaged"]!);
        Assert.Contains($"{width} by {height} pixels", (string?)image["caption"]);
        using var thumbnail = Image.NewFromBuffer(await app.Web.GetByteArrayAsync((string?)image["thumbnailUrl"], Cancel));
        Assert.Equal(GalleryRendition.Thumbnail.Fit(width, height), (thumbnail.Width, thumbnail.Height));
        return image;
    }

    private static Task<HttpResponseMessage> PresignAsync(RunningApplication app, string fileName, string contentType, byte[] content)
    {
        var start = content[..Math.Min(content.Length, ImageFormat.SniffLength)];
        return app.Web.PostAsJsonAsync("/api/uploads", new { fileName, contentType, sizeBytes = content.Length, start }, Cancel);
    }

    private static MultipartFormDataContent Form(string name, byte[] content)
    {
        var part = new ByteArrayContent(content);
        part.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = "file", FileNameStar = name };
        return new MultipartFormDataContent { part };
    }

    private static byte[] Film(int size)
    {
        var film = new byte[size];
        byte[] box = [0, 0, 0, 20, .. "ftypqt  "u8, 0, 0, 2, 0, .. "qt  "u8];
        box.CopyTo(film, 0);
        return film;
    }
}
