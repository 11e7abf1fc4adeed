using ImageApp.Tests.Application;
using ImageApp.Tests.Database;
using ImageApp.Tests.Imaging;
using NetVips;

namespace ImageApp.Tests.Functions;

/// <summary>The zips that Lambda gets, unpacked beside their layer and run as they are: NativeAOT programs, <c>bootstrap</c>.</summary>
public sealed class NativeFunctionsTests(DatabaseServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_thumbnail_function_runs_from_its_zip()
    {
        using var sandbox = new LambdaSandbox("ThumbnailFunction");
        await using var pipeline = await FunctionPipeline.StartAsync(
            server,
            "ThumbnailFunction",
            sandbox.Program,
            [.. sandbox.Environment]
        );
        foreach (
            var (name, content) in new[]
            {
                ("a.jpg", TestImages.Jpeg(640, 320, orientation: 6)),
                ("a.png", TestImages.TransparentPng(300, 300)),
                ("a.gif", TestImages.AnimatedGif(120, 80, 3)),
                ("a.webp", TestImages.WebP(500, 250)),
                ("a.heic", Samples.Content("telephone.heic")),
            }
        )
        {
            await pipeline.PutAsync($"images/{name}", content);
            var (error, answer) = await pipeline.InvokeAsync($"images/{name}");
            Assert.True(error is null, answer + pipeline.Log);
            var image = (await pipeline.Catalogue.FindAsync($"images/{name}", Cancel))!;
            Assert.True(image.ThumbnailError is null, image.ThumbnailError);
            using var stored = await pipeline.S3.GetObjectAsync(FunctionPipeline.Bucket, image.ThumbnailKey, Cancel);
            using var thumbnail = Image.NewFromStream(stored.ResponseStream);
            Assert.Equal(stored.Metadata["thumbnail-size"], $"{thumbnail.Width}x{thumbnail.Height}");
        }

        await pipeline.PutAsync("images/no.png", "not an image"u8.ToArray());
        Assert.Null((await pipeline.InvokeAsync("images/no.png")).ErrorType);
        Assert.Contains("not JPEG", (await pipeline.Catalogue.FindAsync("images/no.png", Cancel))!.ThumbnailError);
    }

    [Fact]
    public async Task The_caption_function_asks_its_model_from_its_zip()
    {
        await using var model = await ModelServer.StartAsync(
            ModelAnswer.Error(429, "busy", "0"),
            ModelAnswer.Text("A boat."),
            ModelAnswer.Error(500, "internal")
        );
        using var sandbox = new LambdaSandbox("CaptionFunction");
        await using var pipeline = await FunctionPipeline.StartAsync(
            server,
            "CaptionFunction",
            sandbox.Program,
            [.. sandbox.Environment, ("Captioning__ApiKey", "key-1"), ("Captioning__BaseUrl", model.BaseUrl.ToString())]
        );
        await pipeline.PutAsync("images/boat.jpg", TestImages.Jpeg(60, 40));
        var (error, answer) = await pipeline.InvokeAsync("images/boat.jpg");
        Assert.True(error is null, answer + pipeline.Log);
        Assert.Equal("A boat.", (await pipeline.Catalogue.FindAsync("images/boat.jpg", Cancel))!.Caption);

        await pipeline.PutAsync("images/other.jpg", TestImages.Jpeg(61, 40));
        (error, answer) = await pipeline.InvokeAsync("images/other.jpg");
        Assert.True(error is null, answer + pipeline.Log);
        Assert.Contains("500", (await pipeline.Catalogue.FindAsync("images/other.jpg", Cancel))!.CaptionError);
    }

    [Fact]
    public async Task The_caption_function_describes_offline_from_its_zip()
    {
        using var sandbox = new LambdaSandbox("CaptionFunction");
        await using var pipeline = await FunctionPipeline.StartAsync(server, "CaptionFunction", sandbox.Program, [.. sandbox.Environment]);
        await pipeline.PutAsync("images/a.jpg", TestImages.Jpeg(600, 400));
        var (error, answer) = await pipeline.InvokeAsync("images/a.jpg");
        Assert.True(error is null, answer + pipeline.Log);
        var image = (await pipeline.Catalogue.FindAsync("images/a.jpg", Cancel))!;
        Assert.Equal("offline", image.CaptionModel);
        Assert.StartsWith("A landscape-format picture of 600 by 400 pixels", image.Caption);
        Assert.Contains("17 May 2024 with an Acme One", image.Caption);
    }
}
