using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Amazon.S3.Model;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Formats;
using ImageApp.Core.Storage;
using ImageApp.FunctionDefaults;
using ImageApp.Tests.Application;
using ImageApp.Tests.Core;
using ImageApp.Tests.Database;
using ImageApp.Web.Content;
using ImageApp.Web.Upkeep;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlConnector;

namespace ImageApp.Tests.Functions;

/// <summary>The catalogue follows the bucket: removals, moves, missed events, content that comes back.</summary>
public sealed class BucketAndCatalogueTests(DatabaseServer server) : IAsyncLifetime
{
    private readonly CountingStep _step = new();
    private LocalAwsInstance _aws = null!;
    private MySqlDataSource _database = null!;
    private ImageBucket _bucket = null!;
    private CatalogueByAudience _catalogue = null!;
    private ServiceProvider _services = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _aws = await LocalAwsInstance.StartAsync();
        await _aws.S3.PutBucketAsync(FunctionPipeline.Bucket, Cancel);
        _database = await server.CreateCatalogueAsync();
        _bucket = new ImageBucket(_aws.S3, new BucketOptions { BucketName = FunctionPipeline.Bucket }, TimeProvider.System);
        _catalogue = new CatalogueByAudience(_database);
        _step.Catalogue = _catalogue.Results;
        _step.Bucket = _bucket;
        _services = EventProcessing.Services(_database, _bucket).AddSingleton<IImageStep>(_step).BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
        await _aws.DisposeAsync();
    }

    [Fact]
    public async Task A_removed_original_takes_its_row_and_its_renditions_with_it_however_often_that_is_told()
    {
        await PutAsync("images/a.jpg");
        var rendition = (await FindAsync("images/a.jpg"))!.ThumbnailKey!;
        Assert.True(await ExistsAsync(rendition));
        await _aws.S3.DeleteObjectAsync(FunctionPipeline.Bucket, "images/a.jpg", Cancel);

        await TellAsync("images/a.jpg", "ObjectRemoved:Delete");
        await TellAsync("images/a.jpg", "ObjectRemoved:DeleteMarkerCreated");

        Assert.Null(await ShownAsync("images/a.jpg"));
        Assert.False(await ExistsAsync(rendition));
        await TellAsync("images/never.jpg", "ObjectRemoved:Delete");
    }

    [Fact]
    public async Task A_removal_that_is_told_after_the_object_is_there_again_removes_nothing()
    {
        await PutAsync("images/a.jpg");
        await _aws.S3.DeleteObjectAsync(FunctionPipeline.Bucket, "images/a.jpg", Cancel);
        await PutAsync("images/a.jpg");

        await TellAsync("images/a.jpg", "ObjectRemoved:Delete");

        var image = (await ShownAsync("images/a.jpg"))!;
        Assert.True(await ExistsAsync(image.ThumbnailKey!));
    }

    [Fact]
    public async Task The_same_content_that_comes_back_keeps_a_persons_caption_and_gets_its_renditions_again()
    {
        await PutAsync("images/a.jpg");
        await _catalogue.Gallery.EditCaptionAsync((await FindAsync("images/a.jpg"))!.Id, "A person's.", null, Cancel);
        await _aws.S3.DeleteObjectAsync(FunctionPipeline.Bucket, "images/a.jpg", Cancel);
        await TellAsync("images/a.jpg", "ObjectRemoved:Delete");

        await PutAsync("images/a.jpg");

        var image = (await ShownAsync("images/a.jpg"))!;
        Assert.Equal("A person's.", image.Caption);
        Assert.True(await ExistsAsync(image.ThumbnailKey!));
        Assert.Equal(2, _step.Runs);
    }

    [Fact]
    public async Task The_gallerys_own_deletion_and_the_event_of_it_are_one()
    {
        await PutAsync("images/a.jpg");
        var id = (await FindAsync("images/a.jpg"))!.Id;
        await _catalogue.Gallery.DeleteAsync([id], TimeSpan.FromDays(30), Cancel);
        await _catalogue.Upkeep.PurgeAsync(id, Cancel);
        var purged = (await FindAsync("images/a.jpg"))!;
        await _bucket.DeleteImageAsync("images/a.jpg", purged, Cancel);

        await TellAsync("images/a.jpg", "ObjectRemoved:Delete");

        Assert.Equal(purged.UpdatedAt, (await FindAsync("images/a.jpg"))!.UpdatedAt);
    }

    [Fact]
    public async Task A_removal_that_crosses_an_object_put_after_a_deletion_for_good_brings_no_picture_back()
    {
        await PutAsync("images/a.jpg");
        var id = (await FindAsync("images/a.jpg"))!.Id;
        await _catalogue.Gallery.PurgeNowAsync([id], Cancel);
        await _catalogue.Upkeep.PurgeAsync(id, Cancel);
        await _bucket.DeleteImageAsync("images/a.jpg", await FindAsync("images/a.jpg"), Cancel);
        await PutAsync("images/a.jpg");

        // The event of the deletion: it found nothing, marked the row, and found what was put meanwhile.
        Assert.True(await _catalogue.Results.MarkRemovedAsync("images/a.jpg", Cancel));
        await _catalogue.Results.UnmarkRemovedAsync("images/a.jpg", Cancel);

        Assert.Null(await ShownAsync("images/a.jpg"));
        Assert.Contains(await _catalogue.Upkeep.ListPurgeableAsync(10, Cancel), image => image.Id == id);
    }

    [Fact]
    public async Task An_object_uploaded_in_parts_and_copied_onto_itself_is_the_same_content_and_asks_for_nothing_again()
    {
        var content = new byte[5 * 1024 * 1024 + 1000];
        TestImages.Jpeg(640, 480).CopyTo(content, 0);
        var start = await _aws.S3.InitiateMultipartUploadAsync(FunctionPipeline.Bucket, "images/parts.jpg", Cancel);
        var parts = new List<PartETag>();
        foreach (var (number, part) in new[] { content[..(5 * 1024 * 1024)], content[(5 * 1024 * 1024)..] }.Index())
        {
            var uploaded = await _aws.S3.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = FunctionPipeline.Bucket,
                    Key = "images/parts.jpg",
                    UploadId = start.UploadId,
                    PartNumber = number + 1,
                    InputStream = new MemoryStream(part),
                },
                Cancel
            );
            parts.Add(new PartETag(number + 1, uploaded.ETag));
        }

        await _aws.S3.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest
            {
                BucketName = FunctionPipeline.Bucket,
                Key = "images/parts.jpg",
                UploadId = start.UploadId,
                PartETags = parts,
            },
            Cancel
        );
        await TellAsync("images/parts.jpg", "ObjectCreated:CompleteMultipartUpload");
        var first = (await FindAsync("images/parts.jpg"))!;
        await _catalogue.Gallery.EditCaptionAsync(first.Id, "A person's.", null, Cancel);
        var etag = (await _bucket.FindOriginalAsync("images/parts.jpg", Cancel))!.ETag;

        await _bucket.TouchOriginalAsync("images/parts.jpg", "image/jpeg", "parts.jpg", Cancel);
        await TellAsync("images/parts.jpg", "ObjectCreated:Copy");

        Assert.NotEqual(etag, (await _bucket.FindOriginalAsync("images/parts.jpg", Cancel))!.ETag);
        var again = (await FindAsync("images/parts.jpg"))!;
        Assert.Equal(("A person's.", first.ThumbnailKey, 1), (again.Caption, again.ThumbnailKey, _step.Runs));

        await PutAsync("images/parts.jpg");
        Assert.Null((await FindAsync("images/parts.jpg"))!.Caption);
        Assert.Equal(2, _step.Runs);
    }

    [Fact]
    public async Task A_result_that_is_on_its_way_while_the_object_is_copied_onto_itself_is_stored()
    {
        var copied = false;
        _step.BeforeResult = async () =>
        {
            copied = true;
            await _catalogue.Results.ObserveAsync(
                new ObservedObject("images/a.jpg", "other-etag", TestImages.Jpeg(60, 40).Length, "image/jpeg", "a.jpg")
                {
                    ContentHash = System.Security.Cryptography.SHA256.HashData(TestImages.Jpeg(60, 40)),
                },
                Cancel
            );
        };

        await PutAsync("images/a.jpg");

        Assert.True(copied);
        Assert.NotNull((await FindAsync("images/a.jpg"))!.ThumbnailKey);
    }

    [Fact]
    public async Task A_duplicate_event_is_told_to_no_open_page()
    {
        await PutAsync("images/a.jpg");
        var first = (await FindAsync("images/a.jpg"))!;
        await TellAsync("images/a.jpg", "ObjectCreated:Put");
        Assert.Equal(first.UpdatedAt, (await FindAsync("images/a.jpg"))!.UpdatedAt);
    }

    [Fact]
    public async Task What_nobody_told_of_is_found_by_comparing_page_after_page()
    {
        for (var i = 0; i < 7; i++)
        {
            await PutAsync($"images/{i} 写.jpg");
        }

        foreach (var i in new[] { 1, 4, 6 })
        {
            await _aws.S3.DeleteObjectAsync(FunctionPipeline.Bucket, $"images/{i} 写.jpg", Cancel);
        }

        await _bucket.PutOriginalAsync(
            "images/untold.jpg",
            TestImages.Jpeg(30, 20),
            "image/jpeg",
            "Untold 写.jpg",
            Cancel
        );
        await _bucket.PutOriginalAsync(
            "images/half-deleted.jpg",
            TestImages.Jpeg(30, 20),
            "image/jpeg",
            "half.jpg",
            Cancel
        );
        await TellAsync("images/half-deleted.jpg", "ObjectCreated:Put");
        var half = (await FindAsync("images/half-deleted.jpg"))!.Id;
        var later = new ShiftedTime { Shift = TimeSpan.FromMinutes(20) };
        await _catalogue.Gallery.DeleteAsync([half], TimeSpan.FromDays(30), Cancel);
        await _catalogue.Upkeep.PurgeAsync(half, Cancel);
        using var sweep = new BucketSweep(
            _catalogue.Upkeep,
            _catalogue.Locks,
            _bucket,
            new OriginalRemoval(_bucket, _catalogue.Results),
            new ReconcilerOptions { SweepSize = 2 },
            later,
            NullLogger<BucketSweep>.Instance
        );

        for (var page = 0; page < 12; page++)
        {
            await sweep.CompareAsync(Cancel);
        }

        var shown = (await _catalogue.Gallery.ListAsync(new ImageQuery(20), Cancel)).Images;
        Assert.Equal(
            ["images/0 写.jpg", "images/2 写.jpg", "images/3 写.jpg", "images/5 写.jpg", "images/untold.jpg"],
            shown.Select(image => image.Key).Order(StringComparer.Ordinal)
        );
        Assert.Equal("Untold 写.jpg", shown.Single(image => image.Key == "images/untold.jpg").FileName);
        Assert.False(await ExistsAsync("images/half-deleted.jpg"));
        Assert.False(await ExistsAsync(GalleryRendition.Thumbnail.KeyFor("images/1 写.jpg")));
        Assert.True(await ExistsAsync(GalleryRendition.Thumbnail.KeyFor("images/0 写.jpg")));
    }

    [Fact]
    public async Task A_zip_with_a_missing_original_has_the_others_and_a_note_of_what_is_missing()
    {
        foreach (var key in new[] { "images/a.jpg", "images/b.jpg", "images/c.jpg" })
        {
            await PutAsync(key);
        }

        await _aws.S3.DeleteObjectAsync(FunctionPipeline.Bucket, "images/b.jpg", Cancel);
        var images = (await _catalogue.Gallery.ListAsync(new ImageQuery(10), Cancel)).Images;
        using var zip = new MemoryStream();
        await ImageArchive.WriteAsync(zip, images, _bucket, Cancel);

        using var archive = new ZipArchive(new MemoryStream(zip.ToArray()));
        Assert.Equal(["a (2).jpg", "a.jpg", "missing.txt"], archive.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
        using var note = new StreamReader(archive.GetEntry("missing.txt")!.Open());
        Assert.Contains("a.jpg", await note.ReadToEndAsync(Cancel));
        Assert.All(
            archive.Entries.Where(entry => entry.Name != "missing.txt"),
            entry => Assert.Equal(TestImages.Jpeg(60, 40).Length, entry.Length)
        );
    }

    [Fact]
    public async Task The_reconciler_sends_a_failed_image_round_again_and_lets_one_leave_whose_original_is_gone()
    {
        await _bucket.PutOriginalAsync("images/failed.jpg", TestImages.Jpeg(60, 40), "image/jpeg", "before.jpg", Cancel);
        foreach (var key in new[] { "images/failed.jpg", "images/gone.jpg" })
        {
            foreach (var step in new[] { "thumbnail", "caption" })
            {
                await _catalogue.Results.ObserveAsync(
                    new ObservedObject(key, "e", 5, "image/jpeg", "Failed 写.jpg") { Step = step },
                    Cancel
                );
            }
        }

        var options = new ReconcilerOptions
        {
            Interval = TimeSpan.FromMilliseconds(50),
            Quiet = TimeSpan.FromMilliseconds(1),
            MaxAttempts = 1,
        };
        using var reconciler = new Reconciler(
            _catalogue.Upkeep,
            new PipelineRestart(_catalogue.Upkeep, _bucket, NullLogger<PipelineRestart>.Instance),
            _catalogue.Captioning,
            _catalogue.Locks,
            _bucket,
            new OriginalRemoval(_bucket, _catalogue.Results),
            options,
            TimeProvider.System,
            NullLogger<Reconciler>.Instance
        );
        await reconciler.StartAsync(Cancel);
        var deadline = Stopwatch.StartNew();
        while ((await FindAsync("images/failed.jpg"))!.Attempts == 0 || await ShownAsync("images/gone.jpg") is not null)
        {
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(30), "Nothing was reconciled.");
            await Task.Delay(20, Cancel);
        }

        while ((await _bucket.FindOriginalAsync("images/failed.jpg", Cancel))!.FileName != "Failed 写.jpg")
        {
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(30), "The object was not touched.");
            await Task.Delay(20, Cancel);
        }

        await reconciler.StopAsync(Cancel);
        Assert.Equal(1, (await FindAsync("images/failed.jpg"))!.Attempts);
    }

    private async Task PutAsync(string key)
    {
        await _bucket.PutOriginalAsync(key, TestImages.Jpeg(60, 40), "image/jpeg", "a.jpg", Cancel);
        await TellAsync(key, "ObjectCreated:Put");
    }

    private async Task TellAsync(string key, string name)
    {
        var message = (string)JsonNode.Parse(FunctionPipeline.Event(key, eventName: name))!["Records"]![0]!["Sns"]!["Message"]!;
        await _services.GetRequiredService<ImageEventProcessor>().ProcessAsync([message], null, Cancel);
    }

    private Task<ImageRecord?> FindAsync(string key) => _catalogue.Results.FindAsync(key, Cancel);

    private async Task<ImageRecord?> ShownAsync(string key) =>
        await FindAsync(key) is { } image ? await _catalogue.Gallery.FindAsync(image.Id, Cancel) : null;

    private async Task<bool> ExistsAsync(string key) => await _bucket.FindOriginalAsync(key, Cancel) is not null;

    /// <summary>The thumbnail's step without its decoding.</summary>
    private sealed class CountingStep : IImageStep
    {
        public StepResults Catalogue { get; set; } = null!;

        public ImageBucket Bucket { get; set; } = null!;

        public Func<Task>? BeforeResult { get; set; }

        public int Runs { get; private set; }

        public string Name => "thumbnail";

        public bool IsDone(ImageRecord image) => image.IsThumbnailDone;

        public async Task<string> RunAsync(SourceImage image, CancellationToken cancellationToken)
        {
            Runs++;
            var key = await Bucket.PutRenditionAsync(GalleryRendition.Thumbnail, image.Key, [1], 1, 1, damaged: false, cancellationToken);
            if (BeforeResult is { } before)
            {
                await before();
            }

            return await Catalogue.SaveThumbnailAsync(image.Key, image.ETag, new ThumbnailResult(key, 1, 1), cancellationToken)
                ? "stored"
                : "obsolete";
        }

        public Task SaveFailureAsync(string imageKey, string etag, FailureReason reason, CancellationToken cancellationToken) =>
            Catalogue.SaveThumbnailFailureAsync(imageKey, etag, reason, cancellationToken);

        public Task DiscardAsync(string imageKey, ImageRecord? image, CancellationToken cancellationToken) =>
            Bucket.DeleteRenditionsAsync(imageKey, image, cancellationToken);
    }
}
