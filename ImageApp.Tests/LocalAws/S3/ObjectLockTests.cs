using Amazon.S3;
using Amazon.S3.Model;

namespace ImageApp.Tests.LocalAws.S3;

/// <summary>Versions that are locked stay, until their time is over or somebody who may lifts the lock.</summary>
public sealed class ObjectLockTests : BucketTest
{
    [Fact]
    public async Task Only_who_bypasses_governance_deletes_before_the_time_is_over()
    {
        var bucket = await LockedBucketAsync();
        var version = await StoreAsync(bucket, ObjectLockMode.Governance);
        var refused = await RefusedAsync(() => S3.DeleteObjectAsync(bucket, "k", version, Cancelled));
        Assert.Equal("AccessDenied", refused.ErrorCode);
        await RestartAsync();
        await RefusedAsync(() => S3.DeleteObjectAsync(bucket, "k", version, Cancelled));

        // A marker hides it, and deletes nothing.
        await S3.DeleteObjectAsync(bucket, "k", Cancelled);
        await S3.DeleteObjectAsync(
            new DeleteObjectRequest { BucketName = bucket, Key = "k", VersionId = version, BypassGovernanceRetention = true },
            Cancelled);
    }

    [Fact]
    public async Task Nobody_shortens_compliance()
    {
        var bucket = await LockedBucketAsync();
        var version = await StoreAsync(bucket, ObjectLockMode.Compliance);
        var bypass = new DeleteObjectRequest { BucketName = bucket, Key = "k", VersionId = version, BypassGovernanceRetention = true };
        Assert.Equal("AccessDenied", (await RefusedAsync(() => S3.DeleteObjectAsync(bypass, Cancelled))).ErrorCode);
        Assert.Equal("AccessDenied", (await RefusedAsync(() => RetainAsync(bucket, ObjectLockRetentionMode.Compliance, 1))).ErrorCode);
        Assert.Equal("AccessDenied", (await RefusedAsync(() => RetainAsync(bucket, ObjectLockRetentionMode.Governance, 9))).ErrorCode);
        await RetainAsync(bucket, ObjectLockRetentionMode.Compliance, 9);
        var retention = await S3.GetObjectRetentionAsync(
            new GetObjectRetentionRequest { BucketName = bucket, Key = "k" },
            Cancelled);
        Assert.Equal(ObjectLockRetentionMode.Compliance, retention.Retention.Mode);
    }

    [Fact]
    public async Task A_legal_hold_has_no_end_but_the_owners()
    {
        var bucket = await LockedBucketAsync();
        var version = await StoreAsync(bucket, null);
        await HoldAsync(ObjectLockLegalHoldStatus.On);
        await RefusedAsync(() => S3.DeleteObjectAsync(bucket, "k", version, Cancelled));
        await HoldAsync(ObjectLockLegalHoldStatus.Off);
        await S3.DeleteObjectAsync(bucket, "k", version, Cancelled);

        Task HoldAsync(ObjectLockLegalHoldStatus status) => S3.PutObjectLegalHoldAsync(
            new PutObjectLegalHoldRequest { BucketName = bucket, Key = "k", LegalHold = new ObjectLockLegalHold { Status = status } },
            Cancelled);
    }

    [Fact]
    public async Task A_bucket_gives_its_default_to_what_has_no_lock_of_its_own()
    {
        var bucket = await LockedBucketAsync();
        await S3.PutObjectLockConfigurationAsync(
            new PutObjectLockConfigurationRequest
            {
                BucketName = bucket,
                ObjectLockConfiguration = new ObjectLockConfiguration
                {
                    ObjectLockEnabled = ObjectLockEnabled.Enabled,
                    Rule = new ObjectLockRule
                    {
                        DefaultRetention = new DefaultRetention { Mode = ObjectLockRetentionMode.Governance, Days = 3 },
                    },
                },
            },
            Cancelled);
        var version = await StoreAsync(bucket, null);
        var head = await S3.GetObjectMetadataAsync(bucket, "k", Cancelled);
        Assert.Equal(ObjectLockMode.Governance, head.ObjectLockMode);
        await RefusedAsync(() => S3.DeleteObjectAsync(bucket, "k", version, Cancelled));
    }

    [Fact]
    public async Task A_bucket_without_locks_takes_none()
    {
        await PutAsync("k", "x");
        Assert.Equal("InvalidRequest", (await RefusedAsync(() => RetainAsync(Bucket, ObjectLockRetentionMode.Governance, 1))).ErrorCode);
        Assert.Equal("InvalidRequest", (await RefusedAsync(() => StoreAsync(Bucket, ObjectLockMode.Governance))).ErrorCode);
    }

    private async Task<string> LockedBucketAsync()
    {
        var bucket = "locked-" + Guid.NewGuid().ToString("N");
        await S3.PutBucketAsync(new PutBucketRequest { BucketName = bucket, ObjectLockEnabledForBucket = true }, Cancelled);
        return bucket;
    }

    private async Task<string> StoreAsync(string bucket, ObjectLockMode? mode)
    {
        var request = new PutObjectRequest { BucketName = bucket, Key = "k", ContentBody = "x" };
        if (mode is not null)
        {
            request.ObjectLockMode = mode;
            request.ObjectLockRetainUntilDate = DateTime.UtcNow.AddDays(5);
        }

        return (await S3.PutObjectAsync(request, Cancelled)).VersionId;
    }

    private async Task RetainAsync(string bucket, ObjectLockRetentionMode mode, int days) => await S3.PutObjectRetentionAsync(
        new PutObjectRetentionRequest
        {
            BucketName = bucket,
            Key = "k",
            Retention = new ObjectLockRetention { Mode = mode, RetainUntilDate = DateTime.UtcNow.AddDays(days) },
        },
        Cancelled);
}
