using Amazon.Runtime;
using Amazon.S3;

namespace ImageApp.Core.Storage;

/// <summary>How every process of the app reaches the bucket.</summary>
public static class ObjectStorage
{
    /// <summary>
    /// User metadata that carries the W3C trace context of whoever put the object: S3 events have no room for it.
    /// Stored by S3 as <c>x-amz-meta-traceparent</c>.
    /// </summary>
    public const string TraceParentMetadata = "traceparent";

    /// <summary>User metadata with the uploader's file name, percent-encoded UTF-8, for objects whose row is not there yet.</summary>
    public const string FileNameMetadata = "file-name";

    /// <summary>
    /// Creates the S3 client from the SDK's own environment (region, credentials, <c>AWS_ENDPOINT_URL</c> or <c>AWS_ENDPOINT_URL_S3</c>).
    /// An overridden endpoint is addressed in path style, since bucket names do not resolve below it.
    /// </summary>
    public static IAmazonS3 CreateClient()
    {
        var config = new AmazonS3Config
        {
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = 3,
            Timeout = TimeSpan.FromSeconds(100),
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
