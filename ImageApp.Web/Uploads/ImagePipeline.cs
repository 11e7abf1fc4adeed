using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;
using Microsoft.Extensions.Options;

namespace ImageApp.Web.Uploads;

/// <summary>Starts an image's pipeline again the way it was started first: by an object-created event.</summary>
internal sealed class ImagePipeline(IAmazonS3 s3, IOptions<BucketOptions> bucket)
{
    /// <summary>Copies the original onto itself, so that S3 publishes its event once more, under the current trace.</summary>
    /// <returns>False where the bucket does not hold the original.</returns>
    public async Task<bool> RestartAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        var copy = new CopyObjectRequest
        {
            SourceBucket = bucket.Value.BucketName,
            SourceKey = image.Key,
            DestinationBucket = bucket.Value.BucketName,
            DestinationKey = image.Key,
            MetadataDirective = S3MetadataDirective.REPLACE,
            ContentType = image.ContentType ?? "application/octet-stream",
        };
        foreach (var (name, value) in ImageUploader.Metadata(image.FileName))
        {
            copy.Metadata.Add(name, value);
        }

        try
        {
            await s3.CopyObjectAsync(copy, cancellationToken);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    /// <summary>Looks for the original in the bucket.</summary>
    /// <returns>Its eTag, without quotes, and size; null where it is not there.</returns>
    public async Task<(string ETag, long Size)?> FindOriginalAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            var found = await s3.GetObjectMetadataAsync(bucket.Value.BucketName, key, cancellationToken);
            return (found.ETag.Trim('"'), found.ContentLength);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Deletes an image's objects; those already gone are no error.</summary>
    public async Task DeleteObjectsAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        await s3.DeleteObjectAsync(bucket.Value.BucketName, image.Key, cancellationToken);
        await s3.DeleteObjectAsync(bucket.Value.BucketName, image.ThumbnailKey ?? Core.ImageKey.ThumbnailKeyFor(image.Key), cancellationToken);
        await s3.DeleteObjectAsync(bucket.Value.BucketName, image.PreviewKey ?? Core.ImageKey.PreviewKeyFor(image.Key), cancellationToken);
    }
}
