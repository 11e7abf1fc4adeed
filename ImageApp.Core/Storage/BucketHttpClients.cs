using Amazon.Runtime;

namespace ImageApp.Core.Storage;

/// <summary>The connections to the bucket.</summary>
internal sealed class BucketHttpClients : HttpClientFactory
{
    /// <inheritdoc/>
    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
    {
        // The SDK follows S3's redirects itself, since each has to be signed anew.
        var connections = new SocketsHttpHandler { AllowAutoRedirect = false };
        return new HttpClient(new SmallBodies(connections)) { Timeout = clientConfig.Timeout ?? Timeout.InfiniteTimeSpan };
    }
}
