using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.Core.Storage;

/// <summary>How every process of the app reaches the bucket.</summary>
public static class BucketServices
{
    // The SDK's own, 8 KB, is a system call for each of so many bytes of an original.
    private const int BufferSize = 128 * 1024;

    /// <summary>Adds the bucket.</summary>
    /// <exception cref="ArgumentException">Its name is missing.</exception>
    public static IServiceCollection AddImageBucket(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton((configuration.GetSection(BucketOptions.Section).Get<BucketOptions>() ?? new BucketOptions()).Validated())
        .AddSingleton<IAmazonS3>(_ => CreateClient())
        .AddSingleton<ImageBucket>()
        .AddSingleton<OriginalRemoval>();

    // From the SDK's own environment: region, credentials, AWS_ENDPOINT_URL or AWS_ENDPOINT_URL_S3. An overridden endpoint is addressed in
    // path style, since bucket names do not resolve below it.
    private static AmazonS3Client CreateClient()
    {
        var config = new AmazonS3Config
        {
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = 3,
            Timeout = TimeSpan.FromSeconds(100),
            BufferSize = BufferSize,
            HttpClientFactory = new BucketHttpClients(),
        };

        var endpoint = Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_S3") ?? Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL");
        if (!string.IsNullOrEmpty(endpoint))
        {
            config.ServiceURL = endpoint;
            config.AuthenticationRegion = Environment.GetEnvironmentVariable("AWS_REGION") ?? "us-east-1";
            config.ForcePathStyle = true;
        }

        return new AmazonS3Client(config);
    }
}
