using ImageApp.Core.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageApp.Web.Hosting;

/// <summary>Healthy while the bucket answers.</summary>
internal sealed class BucketHealthCheck(ImageBucket bucket) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await bucket.CheckAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (BucketUnavailableException e)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message, e);
        }
    }
}
