using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.S3.Model;
using NetVips;

namespace ImageApp.Tests.Application;

public sealed class WholeApplicationTests(RunningApplication fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("jpeg", 640, 480, 1, 200, 150)]
    [InlineData("jpeg", 640, 480, 6, 150, 200)]
    [InlineData("png", 300, 300, 1, 200, 200)]
    [InlineData("gif", 120, 60, 1, 120, 60)]
    [InlineData("webp", 500, 1000, 1, 100, 200)]
    public async Task An_uploaded_image_gets_its_thumbnail_and_caption(
        string kind,
        int width,
        int height,
        int orientation,
        int thumbnailWidth,
        int thumbnailHeight
    )
    {
        var app = await fixture.StartAsync();
        var content = kind switch
        {
            "jpeg" => TestImages.Jpeg(width, height, orientation),
            "png" => TestImages.TransparentPng(width, height),
            "gif" => TestImages.AnimatedGif(width, height, 3),
            _ => TestImages.WebP(width, height),
        };

        var answer = await UploadAsync(app, ($"{kind} \"quoted\" 🏖️.bin", content));
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        var image = await app.WaitForImageAsync((long)answer.Body["images"]![0]!["id"]!, RunningApplication.IsFinished);

        Assert.Equal($"{kind} \"quoted\" 🏖️.bin", (string?)image["fileName"]);
        Assert.Equal(orientation >= 5 ? (height, width) : (width, height), ((int)image["width"]!, (int)image["height"]!));
        Assert.Equal("offline", (string?)image["captionModel"]);
        Assert.Contains("pixels", (string?)image["caption"]);
        var bytes = await app.Web.GetByteArrayAsync((string?)image["thumbnailUrl"], Cancel);
        using var thumbnail = Image.NewFromBuffer(bytes);
        Assert.Equal("jpegload_buffer", thumbnail.Get("vips-loader"));
        Assert.Equal((thumbnailWidth, thumbnailHeight), (thumbnail.Width, thumbnail.Height));
        Assert.DoesNotContain(
            thumbnail.GetFields(),
            field => field.StartsWith("exif", StringComparison.Ordinal) || field is "orientation" or "icc-profile-data" or "xmp-data"
        );
        if (kind == "png")
        {
            Assert.All(thumbnail.Getpoint(5, 5), band => Assert.InRange(band, 245, 255));
        }

        Assert.Equal(content, await app.Web.GetByteArrayAsync((string?)image["originalUrl"], Cancel));
    }

    [Fact]
    public async Task The_camera_and_the_date_of_the_picture_are_told_offline()
    {
        var app = await fixture.StartAsync();
        var answer = await UploadAsync(app, ("photo.jpg", TestImages.Jpeg(800, 600)));
        var image = await app.WaitForImageAsync((long)answer.Body["images"]![0]!["id"]!, RunningApplication.IsFinished);
        Assert.Contains("17 May 2024", (string?)image["caption"]);
        Assert.Contains("Acme One", (string?)image["caption"]);
    }

    [Fact]
    public async Task An_object_put_straight_into_the_bucket_appears_like_any_other()
    {
        var app = await fixture.StartAsync();
        using var s3 = app.CreateS3Client();
        await s3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = app.BucketName,
                Key = "images/straight in +&ä.jpg",
                InputStream = new MemoryStream(TestImages.Jpeg(400, 300)),
            },
            Cancel
        );

        var image = await app.WaitForKeyAsync("images/straight in +&ä.jpg", RunningApplication.IsFinished);

        Assert.NotNull(image["thumbnailUrl"]);
        Assert.Equal("straight in +&ä.jpg", (string?)image["fileName"]);
        Assert.Equal("image/jpeg", (string?)image["contentType"]);
    }

    [Fact]
    public async Task Bad_files_are_refused_with_reasons_and_the_good_ones_of_the_same_request_are_kept()
    {
        var app = await fixture.StartAsync();
        var answer = await UploadAsync(
            app,
            ("text.jpg", "just text"u8.ToArray()),
            ("good.jpg", TestImages.Jpeg(50, 40)),
            ("empty.png", []),
            ("drawing.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray()),
            ("huge.jpg", Large(26_000_000))
        );

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Single(answer.Body["images"]!.AsArray());
        Assert.Equal(
            [
                "urn:imageapp:problem:unsupported-format",
                "urn:imageapp:problem:empty-file",
                "urn:imageapp:problem:unsupported-format",
                "urn:imageapp:problem:file-too-large",
            ],
            answer.Body["problems"]!.AsArray().Select(problem => (string?)problem!["type"])
        );
        Assert.All(
            answer.Body["problems"]!.AsArray(),
            problem => Assert.Contains((string)problem!["fileName"]!, (string)problem["detail"]!)
        );
    }

    [Theory]
    [InlineData("empty.png", 0, HttpStatusCode.BadRequest)]
    [InlineData("text.jpg", 500, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("../../etc/passwd", 26_000_000, HttpStatusCode.RequestEntityTooLarge)]
    public async Task One_bad_file_is_answered_as_a_problem(string name, int size, HttpStatusCode status)
    {
        var app = await fixture.StartAsync();
        var answer = await UploadAsync(app, (name, Large(size)));
        Assert.Equal(status, answer.Status);
        Assert.Equal("application/problem+json", answer.ContentType);
        Assert.DoesNotContain("..", (string?)answer.Body["fileName"]);
    }

    [Fact]
    public async Task Images_that_cannot_be_decoded_within_the_limits_get_their_reason_and_the_next_good_one_still_works()
    {
        var app = await fixture.StartAsync();
        var jpeg = TestImages.Jpeg(1200, 900);
        var bad = new (string Name, byte[] Content, string Reason)[]
        {
            ("bomb.png", TestImages.PlainPng(30_000, 30_000), "megapixels"),
            ("long.png", TestImages.PlainPng(30_001, 10), "30,000"),
            ("progressive.jpg", TestImages.ProgressiveJpeg(20_000, 20_000), "megapixels"),
            ("memory.jpg", TestImages.ProgressiveJpeg(9_000, 9_000, bands: 3), "MB"),
            ("header.png", TestImages.PlainPng(20, 20)[..20], "damaged"),
        };
        foreach (var (name, content, reason) in bad)
        {
            var answer = await UploadAsync(app, (name, content));
            var image = await app.WaitForImageAsync((long)answer.Body["images"]![0]!["id"]!, RunningApplication.IsFinished);
            Assert.Contains(reason, (string?)image["thumbnailError"] ?? $"{name} has a thumbnail");
            Assert.NotNull(image["captionError"]);
            Assert.Equal((string?)image["captionErrorCode"], (string?)image["thumbnailErrorCode"]);
            Assert.Null(image["caption"]);
            Assert.Contains(
                WebUtility.HtmlEncode((string)image["thumbnailError"]!)[..12],
                await app.Web.GetStringAsync($"/images/{image["id"]}", Cancel)
            );
        }

        var truncated = await UploadAsync(app, ("truncated.jpg", jpeg[..(jpeg.Length / 2)]));
        var damaged = await app.WaitForImageAsync((long)truncated.Body["images"]![0]!["id"]!, RunningApplication.IsFinished);
        Assert.NotNull(damaged["thumbnailUrl"]);
        Assert.True((bool)damaged["damaged"]!);

        var good = await UploadAsync(app, ("good.jpg", jpeg));
        Assert.NotNull((await app.WaitForImageAsync((long)good.Body["images"]![0]!["id"]!, RunningApplication.IsFinished))["thumbnailUrl"]);
    }

    [Fact]
    public async Task Bad_objects_put_straight_into_the_bucket_get_their_reason()
    {
        var app = await fixture.StartAsync();
        using var s3 = app.CreateS3Client();
        foreach (
            var (key, content) in new[]
            {
                ("images/empty", Array.Empty<byte>()),
                ("images/note.txt.jpg", "just text"u8.ToArray()),
                ("images/big.jpg", Large(26_000_000)),
            }
        )
        {
            await s3.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = app.BucketName,
                    Key = key,
                    InputStream = new MemoryStream(content),
                },
                Cancel
            );
            var image = await app.WaitForKeyAsync(key, RunningApplication.IsFinished);
            Assert.NotNull(image["thumbnailError"]);
            Assert.Equal((string?)image["thumbnailError"], (string?)image["captionError"]);
        }
    }

    [Fact]
    public async Task Retry_makes_everything_again_and_delete_removes_objects_and_row()
    {
        var app = await fixture.StartAsync();
        using var s3 = app.CreateS3Client();
        var answer = await UploadAsync(app, ("again.jpg", TestImages.Jpeg(300, 200)));
        var id = (long)answer.Body["images"]![0]!["id"]!;
        var first = await app.WaitForImageAsync(id, RunningApplication.IsFinished);

        var retried = await app.Web.PostAsync($"/api/images/{id}/retry", null, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, retried.StatusCode);
        var second = await app.WaitForImageAsync(id, RunningApplication.IsFinished);
        Assert.NotEqual((string?)first["thumbnailGeneratedAt"], (string?)second["thumbnailGeneratedAt"]);

        Assert.Equal(HttpStatusCode.NoContent, (await app.Web.DeleteAsync($"/api/images/{id}?permanently=true", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Web.GetAsync($"/api/images/{id}", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Web.PostAsync($"/api/images/{id}/retry", null, Cancel)).StatusCode);

        var deadline = System.Diagnostics.Stopwatch.StartNew();
        while (
            (
                await s3.ListObjectsV2Async(
                    new ListObjectsV2Request { BucketName = app.BucketName, Prefix = (string?)first["key"] },
                    Cancel
                )
            ).S3Objects
                is { Count: > 0 }
        )
        {
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(60), "The object is still there.");
            await Task.Delay(200, Cancel);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await app.Web.PostAsync($"/api/images/{id}/restore", null, Cancel)).StatusCode);
    }

    [Fact]
    public async Task Pictures_removed_from_the_bucket_leave_the_gallery_and_open_pages_hear_of_it()
    {
        var app = await fixture.StartAsync();
        using var s3 = app.CreateS3Client();
        var answer = await UploadAsync(app, ("stays.jpg", TestImages.Jpeg(310, 200)), ("goes.jpg", TestImages.Jpeg(320, 200)));
        var (stays, goes) = ((long)answer.Body["images"]![0]!["id"]!, (long)answer.Body["images"]![1]!["id"]!);
        await app.WaitForImageAsync(stays, RunningApplication.IsFinished);
        var lost = await app.WaitForImageAsync(goes, RunningApplication.IsFinished);
        using var listening = await app.Web.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead, Cancel);
        using var reader = new StreamReader(await listening.Content.ReadAsStreamAsync(Cancel));

        await s3.DeleteObjectAsync(app.BucketName, (string?)lost["key"], Cancel);

        await ReadUntilAsync(reader, image => (long)image["id"]! == goes && (bool)image["deleted"]!);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Web.GetAsync($"/api/images/{goes}", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Web.GetAsync($"/images/{goes}/original", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Web.PostAsync($"/api/images/{goes}/restore", null, Cancel)).StatusCode);
        await WaitUntilGoneAsync(app, s3, $"thumbnails/thumb_{((string)lost["key"]!)["images/".Length..^".jpg".Length]}.jpg");
        Assert.Equal(HttpStatusCode.OK, (await app.Web.GetAsync($"/images/{stays}/thumbnail", Cancel)).StatusCode);
        Assert.Contains("The original is no longer in the bucket.", await app.Web.GetStringAsync("/?missing=1", Cancel));
    }

    [Fact]
    public async Task A_picture_that_is_moved_in_the_bucket_is_there_once()
    {
        var app = await fixture.StartAsync();
        using var s3 = app.CreateS3Client();
        var folder = $"images/moved {Guid.NewGuid():N}";
        await s3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = app.BucketName,
                Key = $"{folder}/a.jpg",
                InputStream = new MemoryStream(TestImages.Jpeg(330, 210)),
            },
            Cancel
        );
        var first = await app.WaitForKeyAsync($"{folder}/a.jpg", RunningApplication.IsFinished);

        // What "aws s3 mv" does.
        await s3.CopyObjectAsync(app.BucketName, $"{folder}/a.jpg", app.BucketName, $"{folder}/a.jpg ", Cancel);
        await s3.DeleteObjectAsync(app.BucketName, $"{folder}/a.jpg", Cancel);

        var moved = await app.WaitForKeyAsync($"{folder}/a.jpg ", RunningApplication.IsFinished);
        var deadline = System.Diagnostics.Stopwatch.StartNew();
        while ((await app.Web.GetAsync($"/api/images/{first["id"]}", Cancel)).StatusCode != HttpStatusCode.NotFound)
        {
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(60), "The picture is there twice.");
            await Task.Delay(100, Cancel);
        }

        Assert.NotEqual((long)first["id"]!, (long)moved["id"]!);
        Assert.Equal(HttpStatusCode.OK, (await app.Web.GetAsync((string?)moved["thumbnailUrl"], Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.Web.GetAsync((string?)moved["originalUrl"], Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_file_whose_name_has_240_Chinese_characters_is_taken()
    {
        var app = await fixture.StartAsync();
        using var s3 = app.CreateS3Client();
        var name = new string('写', 240) + ".jpg";
        var answer = await UploadAsync(app, (name, TestImages.Jpeg(320, 200)));
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        var uploaded = await app.WaitForImageAsync((long)answer.Body["images"]![0]!["id"]!, RunningApplication.IsFinished);
        Assert.Equal(name, (string?)uploaded["fileName"]);
        Assert.Equal(HttpStatusCode.Accepted, (await app.Web.PostAsync($"/api/images/{uploaded["id"]}/retry", null, Cancel)).StatusCode);

        await s3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = app.BucketName,
                Key = "images/" + name,
                InputStream = new MemoryStream(TestImages.Jpeg(340, 210)),
            },
            Cancel
        );
        var put = await app.WaitForKeyAsync("images/" + name, RunningApplication.IsFinished);
        Assert.NotNull(put["thumbnailUrl"]);
    }

    [Fact]
    public async Task Originals_answer_head_ranges_and_conditions()
    {
        var app = await fixture.StartAsync();
        var content = TestImages.Jpeg(640, 480);
        var id = (long)(await UploadAsync(app, ("range.jpg", content))).Body["images"]![0]!["id"]!;
        var address = $"/images/{id}/original";

        using var head = await app.Web.SendAsync(new HttpRequestMessage(HttpMethod.Head, address), Cancel);
        Assert.Equal((HttpStatusCode.OK, (long?)content.Length), (head.StatusCode, head.Content.Headers.ContentLength));
        Assert.Equal(["bytes"], head.Headers.AcceptRanges);
        Assert.Equal("image/jpeg", head.Content.Headers.ContentType?.MediaType);
        var (etag, changed) = (head.Headers.ETag!, head.Content.Headers.LastModified!.Value);

        await ExpectAsync(
            request => request.Headers.Range = new(0, 99),
            HttpStatusCode.PartialContent,
            content[..100],
            $"bytes 0-99/{content.Length}"
        );
        await ExpectAsync(
            request => request.Headers.Range = new(null, 10),
            HttpStatusCode.PartialContent,
            content[^10..],
            $"bytes {content.Length - 10}-{content.Length - 1}/{content.Length}"
        );
        await ExpectAsync(
            request => request.Headers.Range = new(100, null),
            HttpStatusCode.PartialContent,
            content[100..],
            $"bytes 100-{content.Length - 1}/{content.Length}"
        );
        await ExpectAsync(
            request => request.Headers.Range = new(content.Length, null),
            HttpStatusCode.RequestedRangeNotSatisfiable,
            null,
            $"bytes */{content.Length}"
        );
        await ExpectAsync(request => request.Headers.TryAddWithoutValidation("Range", "bytes=0-1,5-6"), HttpStatusCode.OK, content, null);
        await ExpectAsync(request => request.Headers.TryAddWithoutValidation("Range", "bananas=0-1"), HttpStatusCode.OK, content, null);
        await ExpectAsync(
            request => (request.Headers.Range, request.Headers.IfRange) = (new(5, 9), new(etag)),
            HttpStatusCode.PartialContent,
            content[5..10],
            $"bytes 5-9/{content.Length}"
        );
        await ExpectAsync(
            request => (request.Headers.Range, request.Headers.IfRange) = (new(5, 9), new(changed)),
            HttpStatusCode.PartialContent,
            content[5..10],
            $"bytes 5-9/{content.Length}"
        );
        await ExpectAsync(
            request => (request.Headers.Range, request.Headers.IfRange) = (new(5, 9), new("\"other\"")),
            HttpStatusCode.OK,
            content,
            null
        );
        await ExpectAsync(
            request => (request.Headers.Range, request.Headers.IfRange) = (new(5, 9), new(changed.AddSeconds(-1))),
            HttpStatusCode.OK,
            content,
            null
        );
        await ExpectAsync(
            request => (request.Headers.Range, request.Headers.IfRange) = (new(content.Length, null), new("\"other\"")),
            HttpStatusCode.OK,
            content,
            null
        );
        using var same = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Range = new(0, 9), IfNoneMatch = { etag } } };
        Assert.Equal(HttpStatusCode.NotModified, (await app.Web.SendAsync(same, Cancel)).StatusCode);
        using var gone = await app.Web.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/images/999999999/original"), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);

        async Task ExpectAsync(Action<HttpRequestMessage> ask, HttpStatusCode status, byte[]? expected, string? range)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            ask(request);
            using var response = await app.Web.SendAsync(request, Cancel);
            Assert.Equal((status, range), (response.StatusCode, response.Content.Headers.ContentRange?.ToString()));
            if (expected is not null)
            {
                Assert.Equal(expected, await response.Content.ReadAsByteArrayAsync(Cancel));
                Assert.Equal(expected.Length, response.Content.Headers.ContentLength);
            }
        }
    }

    [Fact]
    public async Task A_presigned_upload_goes_straight_to_the_bucket_and_only_as_it_was_signed()
    {
        var app = await fixture.StartAsync();
        var content = TestImages.Jpeg(320, 240);
        var presigned = (
            await (
                await app.Web.PostAsJsonAsync(
                    "/api/uploads",
                    new
                    {
                        fileName = "direct.jpg",
                        contentType = "image/jpeg",
                        sizeBytes = content.Length,
                    },
                    Cancel
                )
            ).Content.ReadFromJsonAsync<JsonObject>(Cancel)
        )!;

        Assert.Equal(HttpStatusCode.Forbidden, (await PutAsync(presigned, "image/png", content)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(presigned, "image/jpeg", content)).StatusCode);

        var image = await app.WaitForImageAsync((long)presigned["id"]!, RunningApplication.IsFinished);
        Assert.Equal("direct.jpg", (string?)image["fileName"]);
        Assert.NotNull(image["uploadedAt"]);
    }

    [Fact]
    public async Task Live_changes_arrive_as_server_sent_events_and_resume_after_the_last_one()
    {
        var app = await fixture.StartAsync();
        using var listening = await app.Web.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead, Cancel);
        using var reader = new StreamReader(await listening.Content.ReadAsStreamAsync(Cancel));
        var answer = await UploadAsync(app, ("live.jpg", TestImages.Jpeg(200, 100)));
        var id = (long)answer.Body["images"]![0]!["id"]!;

        var (last, lastEvent) = await ReadUntilAsync(reader, image => (long)image["id"]! == id && RunningApplication.IsFinished(image));
        Assert.Equal("live.jpg", (string?)last["fileName"]);

        var later = await UploadAsync(app, ("later.jpg", TestImages.Jpeg(200, 100)));
        using var resume = new HttpRequestMessage(HttpMethod.Get, "/api/events") { Headers = { { "Last-Event-ID", lastEvent } } };
        using var resumed = await app.Web.SendAsync(resume, HttpCompletionOption.ResponseHeadersRead, Cancel);
        using var again = new StreamReader(await resumed.Content.ReadAsStreamAsync(Cancel));
        await ReadUntilAsync(again, image => (long)image["id"]! == (long)later.Body["images"]![0]!["id"]!);
    }

    [Fact]
    public async Task Lists_are_paged_and_bad_parameters_are_named()
    {
        var app = await fixture.StartAsync();
        await UploadAsync(
            app,
            ("one.jpg", TestImages.Jpeg(20, 20)),
            ("two.jpg", TestImages.Jpeg(20, 20)),
            ("three.jpg", TestImages.Jpeg(20, 20))
        );
        var first = (await app.Web.GetFromJsonAsync<JsonObject>("/api/images?limit=2", Cancel))!;
        var second = (await app.Web.GetFromJsonAsync<JsonObject>($"/api/images?limit=2&cursor={first["nextCursor"]}", Cancel))!;
        Assert.Empty(Ids(first).Intersect(Ids(second)));

        foreach (var query in new[] { "limit=0", "limit=201", "limit=x", "cursor=nonsense", $"q={new string('x', 201)}" })
        {
            var answer = await app.Web.GetAsync($"/api/images?{query}", Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }

        static IEnumerable<long> Ids(JsonObject page) => page["images"]!.AsArray().Select(image => (long)image!["id"]!);
    }

    [Fact]
    public async Task Changes_asked_for_by_another_sites_page_are_refused()
    {
        var app = await fixture.StartAsync();
        using var form = Form(("a.jpg", TestImages.Jpeg(20, 20)));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/images")
        {
            Content = form,
            Headers = { { "Origin", "https://evil.example" } },
        };
        Assert.Equal(HttpStatusCode.Forbidden, (await app.Web.SendAsync(request, Cancel)).StatusCode);
    }

    [Fact]
    public async Task Pages_work_without_script()
    {
        var app = await fixture.StartAsync();
        using var form = Form(("form.jpg", TestImages.Jpeg(60, 40)));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/images")
        {
            Content = form,
            Headers = { { "Accept", "text/html" } },
        };
        var answer = await app.Web.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("<form", await answer.Content.ReadAsStringAsync(Cancel));

        using var bad = Form(("<script>.jpg", "text"u8.ToArray()));
        using var refused = new HttpRequestMessage(HttpMethod.Post, "/api/images")
        {
            Content = bad,
            Headers = { { "Accept", "text/html" } },
        };
        var page = await (await app.Web.SendAsync(refused, Cancel)).Content.ReadAsStringAsync(Cancel);
        Assert.Contains("&lt;script&gt;", page);
    }

    [Fact]
    public async Task The_api_describes_itself_and_health_says_what_is_up()
    {
        var app = await fixture.StartAsync();
        var description = (await app.Web.GetFromJsonAsync<JsonObject>("/openapi/v1.json", Cancel))!;
        Assert.NotNull(description["paths"]!["/api/images"]!["post"]);
        var health = (await app.Web.GetFromJsonAsync<JsonObject>("/health", Cancel))!;
        Assert.Equal("Healthy", (string?)health["checks"]!["MySql"]!["status"]);
        Assert.Equal("Healthy", (string?)health["checks"]!["S3"]!["status"]);
        Assert.Equal(HttpStatusCode.OK, (await app.Web.GetAsync("/alive", Cancel)).StatusCode);
    }

    [Fact]
    public async Task One_trace_leads_from_the_post_to_both_functions_database_writes()
    {
        var app = await fixture.StartAsync();
        string[] expected =
        [
            "web: save row",
            "web: store original",
            "web: mark uploaded",
            "ThumbnailFunction: make thumbnail",
            "ThumbnailFunction: fetch",
            "ThumbnailFunction: decode",
            "ThumbnailFunction: store thumbnail",
            "ThumbnailFunction: save thumbnail",
            "CaptionFunction: make caption",
            "CaptionFunction: fetch",
            "CaptionFunction: decode",
            "CaptionFunction: save caption",
        ];

        // Other tests kill processes of this application, and what those had not sent yet is lost.
        HashSet<string> spans = [];
        string[] missing = expected;
        for (var attempt = 0; attempt < 3 && missing.Length > 0; attempt++)
        {
            spans = await TraceAsync(app, attempt, found => found.IsSupersetOf(expected) && found.Any(IsOfAws));
            missing = [.. expected.Where(name => !spans.Contains(name)), .. spans.Any(IsOfAws) ? Array.Empty<string>() : ["aws"]];
        }

        Assert.Empty(missing);
        Assert.DoesNotContain(
            spans,
            span => span.EndsWith(": Open", StringComparison.Ordinal) || span.EndsWith(": Execute", StringComparison.Ordinal)
        );

        static bool IsOfAws(string span) => span.StartsWith("aws: ", StringComparison.Ordinal);
    }

    // The spans of one upload, as the dashboard has them: as soon as there are enough, or what there is after half a minute.
    private static async Task<HashSet<string>> TraceAsync(RunningApplication app, int number, Func<HashSet<string>, bool> areEnough)
    {
        var traceId = System.Diagnostics.ActivityTraceId.CreateRandom().ToHexString();
        using var form = Form(("traced.jpg", TestImages.Jpeg(300 + number, 200)));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/images")
        {
            Content = form,
            Headers = { { "traceparent", $"00-{traceId}-{System.Diagnostics.ActivitySpanId.CreateRandom().ToHexString()}-01" } },
        };
        var answer = (await (await app.Web.SendAsync(request, Cancel)).Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        await app.WaitForImageAsync((long)answer["images"]![0]!["id"]!, RunningApplication.IsFinished);

        var started = TimeProvider.System.GetTimestamp();
        var spans = new HashSet<string>();
        while (!areEnough(spans) && TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30))
        {
            await Task.Delay(200, Cancel);
            using var found = await app.DashboardApi.GetAsync($"/api/telemetry/traces/{traceId}", Cancel);
            var text = await found.Content.ReadAsStringAsync(Cancel);
            if (found.StatusCode == HttpStatusCode.NotFound || text.Length == 0)
            {
                // Nothing of it has come yet.
                continue;
            }

            var traces = JsonNode.Parse(text)!;
            foreach (var resource in traces["data"]!["resourceSpans"]!.AsArray())
            {
                var attributes = resource!["resource"]!["attributes"]!.AsArray();
                var service = (string)
                    attributes.First(attribute => (string?)attribute!["key"] == "service.name")!["value"]!["stringValue"]!;
                var own = resource["scopeSpans"]!
                    .AsArray()
                    .SelectMany(scope => scope!["spans"]!.AsArray())
                    .Where(span => (string?)span!["traceId"] == traceId);
                spans.UnionWith(own.Select(span => $"{service}: {span!["name"]}"));
            }
        }

        return spans;
    }

    private static async Task<(JsonObject Image, string EventId)> ReadUntilAsync(StreamReader reader, Func<JsonObject, bool> until)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        JsonObject? image = null;
        var id = "";
        while (await reader.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                image = JsonNode.Parse(line["data: ".Length..])!.AsObject();
            }
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line["id: ".Length..];
            }
            else if (line.Length == 0 && image?["id"] is not null && until(image))
            {
                return (image, id);
            }
        }

        throw new EndOfStreamException("The events ended.");
    }

    private static async Task<(HttpStatusCode Status, string? ContentType, JsonObject Body)> UploadAsync(
        RunningApplication app,
        params (string Name, byte[] Content)[] files
    )
    {
        using var form = Form(files);
        using var answer = await app.Web.PostAsync("/api/images", form, Cancel);
        return (
            answer.StatusCode,
            answer.Content.Headers.ContentType?.MediaType,
            (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!
        );
    }

    private static MultipartFormDataContent Form(params (string Name, byte[] Content)[] files)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, content) in files)
        {
            var part = new ByteArrayContent(content);
            part.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = "file", FileNameStar = name };
            form.Add(part);
        }

        return form;
    }

    private static async Task<HttpResponseMessage> PutAsync(JsonObject presigned, string contentType, byte[] content)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, (string?)presigned["url"]) { Content = new ByteArrayContent(content) };
        foreach (var (name, value) in presigned["headers"]!.AsObject())
        {
            if (!name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.TryAddWithoutValidation(name, (string?)value);
            }
        }

        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        return await http.SendAsync(request, Cancel);
    }

    private static byte[] Large(int size)
    {
        var content = new byte[size];
        Encoding.ASCII.GetBytes("no image").AsSpan(0, Math.Min(8, size)).CopyTo(content);
        return content;
    }

    private static async Task WaitUntilGoneAsync(RunningApplication app, Amazon.S3.AmazonS3Client s3, string key)
    {
        var deadline = System.Diagnostics.Stopwatch.StartNew();
        while (
            (await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = app.BucketName, Prefix = key }, Cancel)).S3Objects
                is { Count: > 0 }
        )
        {
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(60), $"{key} is still there.");
            await Task.Delay(100, Cancel);
        }
    }
}
