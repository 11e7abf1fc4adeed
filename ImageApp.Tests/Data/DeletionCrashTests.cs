using Amazon.S3.Model;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Formats;
using ImageApp.Core.Storage;
using ImageApp.Tests.Core;
using ImageApp.Tests.Database;
using ImageApp.Web.Upkeep;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlConnector;

namespace ImageApp.Tests.Data;

/// <summary>A deletion for good that dies between any two of its steps.</summary>
public sealed class DeletionCrashTests(DatabaseServer server)
{
    private const string Bucket = "pictures";
    private const string Gone = "images/gone.png";
    private const string Kept = "images/kept.png";

    // After how long a row that is purged is removed; none stands for a machine that is off for so long.
    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Wherever it dies: what was deleted is gone in the end, what was not is whole, and nothing comes back.</summary>
    /// <param name="isOffForDays">
    /// Whether the machine is off until the row is old: then the row's removal comes before bucket and catalogue are compared.
    /// </param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Is_finished_by_whoever_comes_next(bool isOffForDays)
    {
        await using var aws = await LocalAwsInstance.StartAsync(_ => { });
        await aws.S3.PutBucketAsync(Bucket, Cancel);
        var steps = new List<string>();
        for (var crashAt = 0; ; crashAt++)
        {
            await using var database = await server.CreateCatalogueAsync();
            var catalogue = new CatalogueByAudience(database);
            var bucket = new ImageBucket(aws.S3, new BucketOptions { BucketName = Bucket }, TimeProvider.System);
            var gone = await AddAsync(catalogue, bucket, Gone);
            var kept = await AddAsync(catalogue, bucket, Kept);
            var whole = await KeysAsync(aws);
            await catalogue.Gallery.PurgeNowAsync([gone], Cancel);

            await using (var process = new CrashingProcess(database.ConnectionString, aws, crashAt))
            {
                using var worker = Worker(process.Database, process.S3, OneDay);
                using var worksLater = Worker(process.Database, process.S3, TimeSpan.Zero);
                var died = await process.RunAsync(() => worker.PurgeAsync(Cancel))
                    ?? await process.RunAsync(() => worksLater.PurgeAsync(Cancel));
                Assert.Equal(process.HasCrashed, died is not null);
                steps = process.Steps;
                if (!process.HasCrashed)
                {
                    break;
                }
            }

            // Another instance, or the same one started again.
            using var next = Worker(database, aws.S3, isOffForDays ? TimeSpan.Zero : OneDay);
            using var later = Worker(database, aws.S3, TimeSpan.Zero);
            await next.PurgeAsync(Cancel);
            using var sweep = new BucketSweep(
                catalogue.Upkeep,
                catalogue.Locks,
                bucket,
                new OriginalRemoval(bucket, catalogue.Results),
                new ReconcilerOptions(),
                new ShiftedTime { Shift = TimeSpan.FromMinutes(20) },
                NullLogger<BucketSweep>.Instance);
            await sweep.CompareAsync(Cancel);
            await later.PurgeAsync(Cancel);
            await sweep.CompareAsync(Cancel);

            var left = await KeysAsync(aws);
            Assert.True(
                whole.Where(key => key.Contains("kept", StringComparison.Ordinal) || IsOf(key, Kept)).SequenceEqual(left),
                $"Died before step {crashAt}, after {string.Join(", ", steps)}; left: {string.Join(", ", left)}");
            Assert.Equal(kept, (await catalogue.Results.FindAsync(Kept, Cancel))?.Id);
            Assert.Null(await catalogue.Results.FindAsync(Gone, Cancel));
            await ClearAsync(aws);
        }

        // The loop has seen every step there is, the last of each kind included.
        Assert.Contains("purge image", steps);
        Assert.Equal(GalleryRendition.All.Count, steps.Count(step => step == "delete rendition"));
        Assert.Equal(["delete original", "remove purged row"], steps.Where(step => step is "delete original" or "remove purged row"));
    }

    private static bool IsOf(string key, string image) => GalleryRendition.All.Any(rendition => rendition.KeyFor(image) == key);

    private static DeletionWorker Worker(MySqlDataSource database, Amazon.S3.IAmazonS3 s3, TimeSpan keepRows) => new(
        new UpkeepCatalogue(database),
        new ImageBucket(s3, new BucketOptions { BucketName = Bucket }, TimeProvider.System),
        new DeletionOptions { KeepRows = keepRows },
        TimeProvider.System,
        NullLogger<DeletionWorker>.Instance);

    // An original, every rendition, and the row that knows of them.
    private static async Task<long> AddAsync(CatalogueByAudience catalogue, ImageBucket bucket, string key)
    {
        var etag = await bucket.PutOriginalAsync(key, [1, 2, 3], "image/png", "a.png", Cancel);
        var row = await catalogue.Results.ObserveAsync(new ObservedObject(key, etag, 3, "image/png", "a.png"), Cancel);
        foreach (var rendition in GalleryRendition.All)
        {
            await bucket.PutRenditionAsync(rendition, key, [1], 1, 1, damaged: false, Cancel);
        }

        return row.Id;
    }

    private static async Task<List<string>> KeysAsync(LocalAwsInstance aws)
    {
        var list = await aws.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket }, Cancel);
        return [.. list.S3Objects?.Select(item => item.Key) ?? []];
    }

    private static async Task ClearAsync(LocalAwsInstance aws)
    {
        foreach (var key in await KeysAsync(aws))
        {
            await aws.S3.DeleteObjectAsync(Bucket, key, Cancel);
        }
    }
}
