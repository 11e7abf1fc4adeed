using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;

namespace ImageApp.Web.Pictures;

/// <summary>Has thumbnail and caption made again the way they were made first: by an object-created event.</summary>
internal sealed class PictureRestart(GalleryCatalogue catalogue, ImageBucket bucket)
{
    /// <summary>Clears an image's results and starts its pipeline.</summary>
    /// <returns>The row as it is now; null where the bucket does not hold the original, and everything is as it was.</returns>
    public async Task<ImageRecord?> RestartAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        if (await bucket.FindOriginalAsync(image.Key, cancellationToken) is null)
        {
            return null;
        }

        var cleared = await catalogue.ClearResultsAsync(image.Id, cancellationToken);
        await bucket.TouchOriginalAsync(image.Key, image.ContentType, image.FileName, cancellationToken);
        return cleared ?? image;
    }
}
