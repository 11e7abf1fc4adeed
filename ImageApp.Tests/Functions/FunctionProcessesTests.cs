using ImageApp.Tests.Application;
using ImageApp.Tests.Database;
using NetVips;

namespace ImageApp.Tests.Functions;

/// <summary>Both functions as the processes they are, over the Runtime API, against real storage and a real catalogue.</summary>
public sealed class FunctionProcessesTests(DatabaseServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_thumbnail_function_stores_thumbnail_metadata_and_row()
    {
        await using var pipeline = await ThumbnailsAsync();
        await pipeline.PutAsync("images/ä b.jpg", TestImages.Jpeg(640, 320, orientation: 6), ("file-name", "h%C3%A9.jpg"));
        var (error, answer) = await pipeline.InvokeAsync("images/ä b.jpg");
        Assert.True(error is null, answer + pipeline.Log);

        var image = (await pipeline.Catalogue.FindAsync("images/ä b.jpg", Cancel))!;
        Assert.Equal("hé.jpg", image.FileName);
        Assert.Equal((320, 640), (image.Width, image.Height));
        Assert.NotNull(image.ThumbnailGeneratedAt);
        Assert.Null(image.ThumbnailError);
        using var stored = await pipeline.S3.GetObjectAsync(FunctionPipeline.Bucket, image.ThumbnailKey, Cancel);
        Assert.Equal("image/jpeg", stored.Headers.ContentType);
        Assert.Equal("images/%C3%A4%20b.jpg", stored.Metadata["original-key"]);
        Assert.Equal("100x200", stored.Metadata["thumbnail-size"]);
        using var thumbnail = Image.NewFromStream(stored.ResponseStream);
        Assert.Equal((100, 200), (thumbnail.Width, thumbnail.Height));
    }

    [Fact]
    public async Task Events_of_other_prefixes_buckets_and_kinds_and_objects_that_are_gone_do_nothing()
    {
        await using var pipeline = await ThumbnailsAsync();
        await pipeline.PutAsync("thumbnails/x.jpg", TestImages.Jpeg(20, 20));
        await pipeline.PutAsync("images/x.jpg", TestImages.Jpeg(20, 20));
        foreach (
            var (key, bucket, name) in new[]
            {
                ("thumbnails/x.jpg", "pictures", "ObjectCreated:Put"),
                ("images/x.jpg", "elsewhere", "ObjectCreated:Put"),
                ("images/x.jpg", "pictures", "ObjectRemoved:Delete"),
                ("images/gone.jpg", "pictures", "ObjectCreated:Put"),
            }
        )
        {
            var (error, answer) = await pipeline.InvokeAsync(key, bucket, name);
            Assert.True(error is null, answer);
            Assert.Null(await pipeline.Catalogue.FindAsync(key, Cancel));
        }
    }

    [Fact]
    public async Task A_message_that_is_no_event_fails_with_what_is_missing()
    {
        await using var pipeline = await ThumbnailsAsync();
        var (response, body) = await pipeline.Aws.LambdaAsync(
            HttpMethod.Post,
            "/2015-03-31/functions/ThumbnailFunction/invocations",
            """{"Records":[{"Sns":{"Message":"{\"hello\":1}"}}]}"""
        );
        Assert.True(response.Headers.Contains("X-Amz-Function-Error"));
        Assert.Contains("FormatException", body);
        Assert.Contains("Records", body);
    }

    [Fact]
    public async Task A_providers_error_waits_with_its_reason_and_the_next_event_succeeds_and_a_duplicate_asks_no_model()
    {
        await using var model = await ModelServer.StartAsync(ModelAnswer.Error(500, "internal"), ModelAnswer.Text("A pear on a plate."));
        await using var pipeline = await CaptionsAsync(model);
        await pipeline.PutAsync("images/pear.jpg", TestImages.Jpeg(60, 40));

        var (error, answer) = await pipeline.InvokeAsync("images/pear.jpg");
        Assert.True(error is null, answer);
        var image = (await pipeline.Catalogue.FindAsync("images/pear.jpg", Cancel))!;
        Assert.Null(image.Caption);
        Assert.Equal("provider-away", image.CaptionErrorCode);
        Assert.Contains("500", image.CaptionError);

        (error, answer) = await pipeline.InvokeAsync("images/pear.jpg");
        Assert.True(error is null, answer);
        image = (await pipeline.Catalogue.FindAsync("images/pear.jpg", Cancel))!;
        Assert.Equal(("A pear on a plate.", "vision-1"), (image.Caption, image.CaptionModel));

        Assert.Null((await pipeline.InvokeAsync("images/pear.jpg")).ErrorType);
        Assert.Equal(2, model.Requests.Count);
    }

    [Fact]
    public async Task A_refusal_is_stored_with_its_reason_and_not_retried()
    {
        await using var model = await ModelServer.StartAsync(ModelAnswer.Text("", "content_filter"));
        await using var pipeline = await CaptionsAsync(model);
        await pipeline.PutAsync("images/no.jpg", TestImages.Jpeg(60, 40));
        Assert.Null((await pipeline.InvokeAsync("images/no.jpg")).ErrorType);
        var image = (await pipeline.Catalogue.FindAsync("images/no.jpg", Cancel))!;
        Assert.Equal("The model declined to describe this picture.", image.CaptionError);
        Assert.Equal("declined", image.CaptionErrorCode);
        Assert.Null(image.Caption);

        Assert.Null((await pipeline.InvokeAsync("images/no.jpg")).ErrorType);
        Assert.Single(model.Requests);
    }

    [Fact]
    public async Task Two_events_at_once_ask_the_model_once()
    {
        await using var model = await ModelServer.StartAsync(ModelAnswer.Text("One."), ModelAnswer.Text("Two."));
        await using var first = await CaptionsAsync(model);
        await first.PutAsync("images/twice.jpg", TestImages.Jpeg(60, 40));
        await Task.WhenAll(first.InvokeAsync("images/twice.jpg"), first.InvokeAsync("images/twice.jpg"));
        Assert.Equal("One.", (await first.Catalogue.FindAsync("images/twice.jpg", Cancel))!.Caption);
        Assert.Single(model.Requests);
    }

    [Theory]
    [InlineData("ImageApp.ThumbnailFunction", "ConnectionStrings__imagedb", "", "ConnectionStrings:imagedb is missing")]
    [InlineData("ImageApp.ThumbnailFunction", "AWS__Resources__BucketName", "", "AWS:Resources:BucketName is missing")]
    [InlineData("ImageApp.CaptionFunction", "Captioning__Timeout", "-00:00:01", "Captioning:Timeout")]
    [InlineData("ImageApp.ThumbnailFunction", "ImageLimits__MaxPixels", "-5", "MaxPixels")]
    public async Task A_wrong_setting_ends_the_function_at_start_and_is_named(
        string project,
        string variable,
        string value,
        string expected
    )
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await using var process = FunctionProcess.Start(
            "f",
            FunctionProcess.Built(project),
            aws,
            new Dictionary<string, string>
            {
                ["ConnectionStrings__imagedb"] = "Server=127.0.0.1;Port=1;User ID=x",
                ["AWS__Resources__BucketName"] = "b",
                [variable] = value,
            }
        );
        Assert.NotEqual(0, await process.WaitForExitAsync());
        Assert.Contains(expected, string.Join('\n', process.Output));
    }

    private Task<FunctionPipeline> ThumbnailsAsync() =>
        FunctionPipeline.StartAsync(server, "ThumbnailFunction", FunctionProcess.Built("ImageApp.ThumbnailFunction"));

    private Task<FunctionPipeline> CaptionsAsync(ModelServer model) =>
        FunctionPipeline.StartAsync(
            server,
            "CaptionFunction",
            FunctionProcess.Built("ImageApp.CaptionFunction"),
            ("Captioning__ApiKey", "key-1"),
            ("Captioning__BaseUrl", model.BaseUrl.ToString())
        );
}
