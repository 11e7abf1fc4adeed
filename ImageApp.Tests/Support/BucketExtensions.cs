using ImageApp.Core.Storage;

namespace ImageApp.Tests.Support;

/// <summary>What tests put into the bucket.</summary>
internal static class BucketExtensions
{
    /// <summary>Puts an original whose bytes are at hand.</summary>
    public static async Task<string> PutOriginalAsync(
        this ImageBucket bucket, string key, byte[] content, string contentType, string fileName, CancellationToken cancellationToken)
    {
        using var checksum = ObjectChecksum.Crc32();
        checksum.Append(content);
        return await bucket.PutOriginalAsync(key, new MemoryStream(content), checksum, contentType, fileName, cancellationToken);
    }
}
