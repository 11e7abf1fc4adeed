using System.Globalization;
using ImageApp.Tests.Application;
using ImageApp.Tests.Database;

namespace ImageApp.Tests.Functions;

/// <summary>What a function does that cannot reach its database or its bucket when it starts.</summary>
public sealed class EarlyConnectionTests(DatabaseServer server)
{
    [Fact]
    public async Task A_database_that_is_away_is_said_and_ends_only_the_invocation()
    {
        var nobody = string.Create(
            CultureInfo.InvariantCulture,
            $"Server=127.0.0.1;Port={FreePort.Next()};User ID=root;Database=none;SslMode=None;ConnectionTimeout=3");
        await using var pipeline = await FunctionPipeline.StartAsync(
            server, "ThumbnailFunction", FunctionProcess.Built("ImageApp.ThumbnailFunction"), ("ConnectionStrings__imagedb", nobody));
        await SaysAsync(pipeline);
        await pipeline.PutAsync("images/a.jpg", TestImages.Jpeg(60, 40));

        // The same process answers twice.
        Assert.NotNull((await pipeline.InvokeAsync("images/a.jpg")).ErrorType);
        Assert.NotNull((await pipeline.InvokeAsync("images/a.jpg")).ErrorType);
        Assert.DoesNotContain("Unhandled exception", pipeline.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_yet_is_used_once_it_is()
    {
        await using var pipeline = await FunctionPipeline.StartAsync(
            server, "ThumbnailFunction", FunctionProcess.Built("ImageApp.ThumbnailFunction"), ("AWS__Resources__BucketName", "later"));
        await pipeline.S3.PutBucketAsync("later", TestContext.Current.CancellationToken);
        await pipeline.S3.PutObjectAsync(
            new Amazon.S3.Model.PutObjectRequest
            {
                BucketName = "later",
                Key = "images/a.jpg",
                InputStream = new MemoryStream(TestImages.Jpeg(60, 40)),
            },
            TestContext.Current.CancellationToken);
        var (error, answer) = await pipeline.InvokeAsync("images/a.jpg", "later");
        Assert.True(error is null, answer + pipeline.Log);
        Assert.NotNull((await pipeline.Catalogue.FindAsync("images/a.jpg", TestContext.Current.CancellationToken))!.ThumbnailKey);
    }

    private static Task SaysAsync(FunctionPipeline pipeline) => Eventually.HoldsAsync(
        () => Task.FromResult(pipeline.Log.Contains("Not reached yet; tried again with the first picture", StringComparison.Ordinal)),
        () => $"what could not be reached is said:\n{pipeline.Log}");
}
