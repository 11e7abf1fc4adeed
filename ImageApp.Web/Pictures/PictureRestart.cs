using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;
using ImageApp.Web.Limits;

namespace ImageApp.Web.Pictures;

/// <summary>Has thumbnail and caption made again the way they were made first: by an object-created event.</summary>
internal sealed class PictureRestart(GalleryCatalogue catalogue, UpkeepCatalogue upkeep, ImageBucket bucket, LimitOptions limits)
{
    /// <summary>Clears an image's results and starts its pipeline, unless that was done a moment ago.</summary>
    public async Task<RestartOutcome> RestartAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        if (await catalogue.AskAgainAsync(image.Id, limits.DescribeAgainAfter, cancellationToken) is { } wait)
        {
            return new(null, wait);
        }

        if (await bucket.FindOriginalAsync(image.Key, cancellationToken) is not { } original)
        {
            return new(null, null);
        }

        await upkeep.ExpectSameContentAsync(image.Id, original.ETag, cancellationToken);
        var cleared = await catalogue.ClearResultsAsync(image.Id, cancellationToken);
        await bucket.TouchOriginalAsync(image.Key, image.ContentType, image.FileName, cancellationToken);
        return new(cleared ?? image, null);
    }
}
