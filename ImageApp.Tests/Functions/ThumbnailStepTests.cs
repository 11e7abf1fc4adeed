using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Formats;
using ImageApp.Core.Storage;
using ImageApp.FunctionDefaults;
using ImageApp.Tests.Application;
using ImageApp.Tests.Core;
using ImageApp.Tests.Database;
using ImageApp.Tests.Imaging;
using ImageApp.ThumbnailFunction;
using Microsoft.Extensions.DependencyInjection;
using MySqlConnector;

namespace ImageApp.Tests.Functions;

/// <summary>What is in the row and in the bucket while a thumbnail is there and its renditions are not, and what ends that.</summary>
public sealed class ThumbnailStepTests(DatabaseServer server) : IAsyncLifetime
{
    private const string Key = "images/a.jpg";
    private LocalAwsInstance _aws = null!;
    private MySqlDataSource _database = null!;
    private CatalogueByAudience _catalogue = null!;
    private WatchedS3 _s3 = null!;
    private ServiceProvider _services = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _aws = await LocalAwsInstance.StartAsync();
        await _aws.S3.PutBucketAsync(FunctionPipeline.Bucket, Cancel);
        _database = await server.CreateCatalogueAsync();
        _catalogue = new CatalogueByAudience(_database);
        _s3 = new WatchedS3(_aws);
        var bucket = new ImageBucket(_s3, new BucketOptions { BucketName = FunctionPipeline.Bucket }, TimeProvider.System);
        _services = EventProcessing.Services(_database, bucket).AddSingleton<IImageStep, ThumbnailStep>().BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _s3.Dispose();
        await _database.DisposeAsync();
        await _aws.DisposeAsync();
    }

    [Fact]
    public async Task The_thumbnail_is_stored_and_in_the_row_before_the_first_rendition_is()
    {
        var meanwhile = new List<ImageRecord>();
        _s3.BeforePut = async key =>
        {
            if (key != GalleryRendition.Thumbnail.KeyFor(Key))
            {
                meanwhile.Add((await FindAsync())!);
                Assert.Contains(GalleryRendition.Thumbnail.KeyFor(Key), await KeysAsync());
            }
        };

        await PutAndTellAsync(TestImages.Jpeg(1000, 500));

        Assert.Equal(2, meanwhile.Count);
        Assert.All(meanwhile, row =>
        {
            Assert.Equal((GalleryRendition.Thumbnail.KeyFor(Key), 1000, 500), (row.ThumbnailKey, row.Width, row.Height));
            Assert.Equal((true, false, 0), (row.AreRenditionsPending, row.IsThumbnailDone, row.RenditionSides.Count));
            Assert.Equal(6, row.Placeholder?.Length);
        });
        var done = (await FindAsync())!;
        Assert.Equal((false, true), (done.AreRenditionsPending, done.IsThumbnailDone));
        Assert.Equal([400, 800], done.RenditionSides);
        Assert.Equal(meanwhile[0].ThumbnailGeneratedAt, done.ThumbnailGeneratedAt);
        Assert.Equal(
            [GalleryRendition.Preview.KeyFor(Key), GalleryRendition.Thumbnail.KeyFor(Key), GalleryRendition.OfSide(800)!.KeyFor(Key)],
            await KeysAsync());
    }

    [Fact]
    public async Task What_a_progressive_JPEG_lacks_of_its_finest_scan_is_in_the_row_once_its_renditions_are()
    {
        using var noise = Samples.Noise(3200, 400, bands: 1);
        var whole = noise.JpegsaveBuffer(q: 85, interlace: true);
        var meanwhile = new List<bool>();
        _s3.BeforePut = async key =>
        {
            if (key == GalleryRendition.Preview.KeyFor(Key))
            {
                meanwhile.Add((await FindAsync())!.Damaged);
            }
        };

        await PutAndTellAsync([.. whole[..^402], .. whole[^2..]]);

        Assert.Equal([false], meanwhile);
        var done = (await FindAsync())!;
        Assert.Equal((true, true, false), (done.Damaged, done.IsThumbnailDone, done.AreRenditionsPending));
    }

    [Fact]
    public async Task A_small_picture_is_done_with_its_thumbnail()
    {
        await PutAndTellAsync(TestImages.Jpeg(120, 60));
        var done = (await FindAsync())!;
        Assert.Equal((true, false, 0), (done.IsThumbnailDone, done.AreRenditionsPending, done.RenditionSides.Count));
        Assert.Equal([GalleryRendition.Thumbnail.KeyFor(Key)], await KeysAsync());
    }

    [Theory]
    [InlineData(400)]
    [InlineData(800)]
    public async Task A_rendition_that_cannot_be_stored_leaves_the_thumbnail_shown_and_the_next_delivery_makes_the_rest(int side)
    {
        _s3.BeforePut = key => key == GalleryRendition.OfSide(side)!.KeyFor(Key)
            ? throw new AmazonS3Exception("Slow down.", ErrorType.Sender, "InvalidRequest", "1", System.Net.HttpStatusCode.BadRequest)
            : Task.CompletedTask;
        await Assert.ThrowsAsync<AggregateException>(() => PutAndTellAsync(TestImages.Jpeg(1000, 500)));

        var shown = (await FindAsync())!;
        Assert.Equal((true, false, null), (shown.AreRenditionsPending, shown.IsThumbnailDone, shown.ThumbnailError));
        Assert.NotNull(shown.ThumbnailKey);

        _s3.BeforePut = null;
        await TellAsync();
        var done = (await FindAsync())!;
        Assert.True(done.IsThumbnailDone);
        Assert.Equal([400, 800], done.RenditionSides);
        Assert.Equal(3, (await KeysAsync()).Count);
    }

    [Fact]
    public async Task A_picture_that_is_deleted_for_good_between_thumbnail_and_renditions_leaves_nothing()
    {
        _s3.BeforePut = async key =>
        {
            if (key == GalleryRendition.Preview.KeyFor(Key))
            {
                await using var connection = await _database.OpenConnectionAsync(Cancel);
                await using var delete = new MySqlCommand("DELETE FROM captions", connection);
                await delete.ExecuteNonQueryAsync(Cancel);
            }
        };

        await PutAndTellAsync(TestImages.Jpeg(1000, 500));

        Assert.Null(await FindAsync());
        Assert.Empty(await KeysAsync());
    }

    [Fact]
    public async Task What_is_asked_for_again_between_thumbnail_and_renditions_is_made_again_by_its_own_event()
    {
        _s3.BeforePut = async key =>
        {
            if (key == GalleryRendition.Preview.KeyFor(Key))
            {
                await _catalogue.Gallery.ClearResultsAsync((await FindAsync())!.Id, Cancel);
            }
        };
        await PutAndTellAsync(TestImages.Jpeg(1000, 500));
        var cleared = (await FindAsync())!;
        Assert.Equal((null, false, 0), (cleared.ThumbnailKey, cleared.IsThumbnailDone, cleared.RenditionSides.Count));

        _s3.BeforePut = null;
        await TellAsync();
        Assert.True((await FindAsync())!.IsThumbnailDone);
    }

    private async Task PutAndTellAsync(byte[] content)
    {
        await _aws.S3.PutObjectAsync(
            new PutObjectRequest { BucketName = FunctionPipeline.Bucket, Key = Key, InputStream = new MemoryStream(content) }, Cancel);
        await TellAsync();
    }

    private Task TellAsync()
    {
        var message = (string)JsonNode.Parse(FunctionPipeline.Event(Key))!["Records"]![0]!["Sns"]!["Message"]!;
        return _services.GetRequiredService<ImageEventProcessor>().ProcessAsync([message], null, Cancel);
    }

    private Task<ImageRecord?> FindAsync() => _catalogue.Results.FindAsync(Key, Cancel);

    private async Task<List<string>> KeysAsync() =>
        [.. ((await _aws.S3.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = FunctionPipeline.Bucket, Prefix = ImageKey.ThumbnailPrefix }, Cancel)).S3Objects ?? [])
            .Select(item => item.Key)];

    /// <summary>A client that looks at what is put before it is.</summary>
    private sealed class WatchedS3(LocalAwsInstance aws) : AmazonS3Client(
        new BasicAWSCredentials(aws.Options.AccessKeyId, aws.Options.SecretAccessKey),
        new AmazonS3Config
        {
            ServiceURL = aws.Server.Endpoint.ToString(),
            AuthenticationRegion = aws.Options.Region,
            ForcePathStyle = true,
        })
    {
        public Func<string, Task>? BeforePut { get; set; }

        public override async Task<PutObjectResponse> PutObjectAsync(
            PutObjectRequest request, CancellationToken cancellationToken = default)
        {
            await (BeforePut?.Invoke(request.Key) ?? Task.CompletedTask);
            return await base.PutObjectAsync(request, cancellationToken);
        }
    }
}
