using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using ImageApp.Core.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace ImageApp.Web.Health;

/// <summary>Healthy while the bucket answers.</summary>
internal sealed class BucketHealthCheck(IAmazonS3 s3, IOptions<BucketOptions> bucket) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket.Value.BucketName, MaxKeys = 1 }, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, $"Bucket '{bucket.Value.BucketName}': {e.Message}", e);
        }
    }
}
