using ImageApp.Core.Catalogue;

namespace ImageApp.Core.Storage;

/// <summary>Lets a picture whose original is no longer in the bucket leave the gallery.</summary>
public sealed class OriginalRemoval(ImageBucket bucket, StepResults catalogue)
{
    /// <summary>
    /// Marks the row, if the object is not there: events come in any order, and the key may have been put again. Asked before and after,
    /// so that whatever is put later finds the mark and takes it away.
    /// </summary>
    /// <param name="imageKey">The original's key.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Whether the original is gone: then nothing made of it is needed any more.</returns>
    public async Task<bool> MarkAsync(string imageKey, CancellationToken cancellationToken)
    {
        if (await bucket.FindOriginalAsync(imageKey, cancellationToken) is not null)
        {
            return false;
        }

        var isMarked = await catalogue.MarkRemovedAsync(imageKey, cancellationToken);
        if (await bucket.FindOriginalAsync(imageKey, cancellationToken) is null)
        {
            return true;
        }

        if (isMarked)
        {
            await catalogue.UnmarkRemovedAsync(imageKey, cancellationToken);
        }

        return false;
    }
}
