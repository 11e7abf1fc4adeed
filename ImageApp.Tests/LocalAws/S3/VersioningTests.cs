using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace ImageApp.Tests.LocalAws.S3;

/// <summary>Versions as the S3 User Guide has them, also over a restart.</summary>
public sealed class VersioningTests : BucketTest
{
    [Fact]
    public async Task Every_write_makes_a_version_and_a_deletion_a_marker()
    {
        await VersionAsync(VersionStatus.Enabled);
        var first = (await PutAsync("k", "one")).VersionId;
        var second = (await PutAsync("k", "two")).VersionId;
        Assert.NotEqual(first, second);
        var deleted = await S3.DeleteObjectAsync(Bucket, "k", Cancelled);
        Assert.Equal("true", deleted.DeleteMarker);
        await RestartAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(() => ReadAsync("k"))).StatusCode);
        Assert.Equal("one", await ReadAsync("k", first));
        Assert.Equal("two", await ReadAsync("k", second));
        Assert.Equal("MethodNotAllowed", (await RefusedAsync(() => ReadAsync("k", deleted.VersionId))).ErrorCode);
        Assert.Empty((await S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket }, Cancelled)).S3Objects ?? []);
        var versions = (await S3.ListVersionsAsync(Bucket, Cancelled)).Versions;
        Assert.Equal([deleted.VersionId, second, first], versions.Select(version => version.VersionId));
        Assert.Equal([true, false, false], versions.Select(version => version.IsLatest == true));
        Assert.Equal([true, false, false], versions.Select(version => version.IsDeleteMarker == true));

        await S3.DeleteObjectAsync(Bucket, "k", deleted.VersionId, Cancelled);
        Assert.Equal("two", await ReadAsync("k"));
        await S3.DeleteObjectAsync(Bucket, "k", second, Cancelled);
        Assert.Equal("one", await ReadAsync("k"));
        await RestartAsync();
        Assert.Equal("one", await ReadAsync("k"));
        Assert.Equal("BucketNotEmpty", (await RefusedAsync(() => S3.DeleteBucketAsync(Bucket, Cancelled))).ErrorCode);
        await S3.DeleteObjectAsync(Bucket, "k", first, Cancelled);
        await S3.DeleteBucketAsync(Bucket, Cancelled);
    }

    [Fact]
    public async Task What_was_there_before_versioning_is_the_version_null_which_writes_replace_when_it_is_suspended()
    {
        await PutAsync("k", "before");
        await VersionAsync(VersionStatus.Enabled);
        var version = (await PutAsync("k", "during")).VersionId;
        Assert.Equal("before", await ReadAsync("k", "null"));
        await VersionAsync(VersionStatus.Suspended);
        await PutAsync("k", "after");

        Assert.Equal("after", await ReadAsync("k"));
        Assert.Equal("after", await ReadAsync("k", "null"));
        Assert.Equal("during", await ReadAsync("k", version));
        await S3.DeleteObjectAsync(Bucket, "k", Cancelled);
        await RestartAsync();
        var versions = (await S3.ListVersionsAsync(Bucket, Cancelled)).Versions;
        Assert.Equal(["null", version], versions.Select(one => one.VersionId));
        Assert.True(versions[0].IsDeleteMarker);
        Assert.Equal(VersionStatus.Suspended, (await S3.GetBucketVersioningAsync(Bucket, Cancelled)).VersioningConfig.Status);
    }

    [Fact]
    public async Task Versions_are_listed_page_by_page_with_prefixes_rolled_up()
    {
        await VersionAsync(VersionStatus.Enabled);
        foreach (var key in new[] { "a/1", "a/2", "b", "b", "b", "c" })
        {
            await PutAsync(key, key);
        }

        var expected = (await S3.ListVersionsAsync(Bucket, Cancelled)).Versions.Select(version => version.VersionId).ToList();
        Assert.Equal(6, expected.Count);
        var listed = new List<string>();
        var request = new ListVersionsRequest { BucketName = Bucket, MaxKeys = 2 };
        for (var isTruncated = true; isTruncated;)
        {
            var page = await S3.ListVersionsAsync(request, Cancelled);
            Assert.InRange(page.Versions.Count, 1, 2);
            listed.AddRange(page.Versions.Select(version => version.VersionId));
            (request.KeyMarker, request.VersionIdMarker) = (page.NextKeyMarker, page.NextVersionIdMarker);
            isTruncated = page.IsTruncated == true;
        }

        Assert.Equal(expected, listed);
        var rolledUp = await S3.ListVersionsAsync(new ListVersionsRequest { BucketName = Bucket, Delimiter = "/" }, Cancelled);
        Assert.Equal(["a/"], rolledUp.CommonPrefixes);
        Assert.Equal(["b", "b", "b", "c"], rolledUp.Versions.Select(version => version.Key));
    }

    [Fact]
    public async Task An_old_version_is_copied_and_many_are_deleted_in_one_request()
    {
        await VersionAsync(VersionStatus.Enabled);
        var first = (await PutAsync("k", "one")).VersionId;
        var second = (await PutAsync("k", "two")).VersionId;
        var copy = await S3.CopyObjectAsync(
            new CopyObjectRequest
            {
                SourceBucket = Bucket,
                SourceKey = "k",
                SourceVersionId = first,
                DestinationBucket = Bucket,
                DestinationKey = "k",
            },
            Cancelled);
        Assert.Equal(first, copy.SourceVersionId);
        Assert.Equal("one", await ReadAsync("k"));

        var deletion = await S3.DeleteObjectsAsync(
            new DeleteObjectsRequest
            {
                BucketName = Bucket,
                Objects = [new() { Key = "k", VersionId = first }, new() { Key = "k", VersionId = second }, new() { Key = "k" }],
            },
            Cancelled);
        Assert.Equal(3, deletion.DeletedObjects.Count);
        Assert.Contains(deletion.DeletedObjects, one => one.DeleteMarker == true);
        Assert.Equal("one", await ReadAsync("k", copy.VersionId));
    }

    [Fact]
    public async Task Old_versions_go_after_their_days_and_then_the_marker_that_covers_nothing()
    {
        await VersionAsync(VersionStatus.Enabled);
        foreach (var content in new[] { "one", "two", "three" })
        {
            await PutAsync("k", content);
        }

        await PutAsync("gone", "x");
        await S3.DeleteObjectAsync(Bucket, "gone", Cancelled);
        await S3.PutLifecycleConfigurationAsync(
            new PutLifecycleConfigurationRequest
            {
                BucketName = Bucket,
                Configuration = new LifecycleConfiguration
                {
                    Rules =
                    [
                        new LifecycleRule
                        {
                            Id = "versions",
                            Status = LifecycleRuleStatus.Enabled,
                            Filter = new LifecycleFilter { Prefix = "" },
                            NoncurrentVersionExpiration = new LifecycleRuleNoncurrentVersionExpiration { NoncurrentDays = 2 },
                            Expiration = new LifecycleRuleExpiration { ExpiredObjectDeleteMarker = true },
                        },
                    ],
                },
            },
            Cancelled);
        var rule = Assert.Single((await S3.GetLifecycleConfigurationAsync(Bucket, Cancelled)).Configuration.Rules);
        Assert.Equal(2, rule.NoncurrentVersionExpiration.NoncurrentDays);
        var worker = (ImageApp.LocalAws.S3.LifecycleWorker)Host.Server.Services.GetService(typeof(ImageApp.LocalAws.S3.LifecycleWorker))!;

        await worker.ApplyAsync(DateTimeOffset.UtcNow.AddDays(1), Cancelled);
        Assert.Equal(5, (await S3.ListVersionsAsync(Bucket, Cancelled)).Versions.Count);
        await worker.ApplyAsync(DateTimeOffset.UtcNow.AddDays(4), Cancelled);
        var left = Assert.Single((await S3.ListVersionsAsync(Bucket, Cancelled)).Versions);
        Assert.Equal("three", await ReadAsync("k", left.VersionId));
    }

    [Theory]
    [InlineData("nonsense", "InvalidArgument")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "NoSuchVersion")]
    public async Task A_version_that_is_none_is_refused_by_name(string version, string code)
    {
        await VersionAsync(VersionStatus.Enabled);
        await PutAsync("k", "one");
        var refused = await RefusedAsync(() => ReadAsync("k", version));
        Assert.Equal(code, refused.ErrorCode);
        Assert.Contains(version, refused.Message, StringComparison.Ordinal);
    }

    private async Task VersionAsync(VersionStatus status) => await S3.PutBucketVersioningAsync(
        new PutBucketVersioningRequest { BucketName = Bucket, VersioningConfig = new S3BucketVersioningConfig { Status = status } },
        Cancelled);
}
