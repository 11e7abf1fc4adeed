using Amazon.S3;
using Amazon.S3.Model;

namespace ImageApp.Tests.LocalAws.S3;

/// <summary>A test that has a local AWS and a bucket of its own.</summary>
public abstract class BucketTest : IAsyncLifetime
{
    private protected LocalAwsInstance Host { get; private set; } = null!;

    private protected string Bucket { get; private set; } = "";

    private protected AmazonS3Client S3 => Host.S3;

    private protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Host = await LocalAwsInstance.StartAsync();
        Bucket = await Host.CreateBucketAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task RestartAsync() => Host = await Host.RestartAsync();

    private protected async Task<PutObjectResponse> PutAsync(string key, string content) =>
        await S3.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key, ContentBody = content }, Cancelled);

    private protected async Task<string> ReadAsync(string key, string? versionId = null)
    {
        using var response = await S3.GetObjectAsync(
            new GetObjectRequest { BucketName = Bucket, Key = key, VersionId = versionId },
            Cancelled);
        using var reader = new StreamReader(response.ResponseStream);
        return await reader.ReadToEndAsync(Cancelled);
    }

    private protected static async Task<AmazonS3Exception> RefusedAsync(Func<Task> call) =>
        await Assert.ThrowsAnyAsync<AmazonS3Exception>(call);
}
