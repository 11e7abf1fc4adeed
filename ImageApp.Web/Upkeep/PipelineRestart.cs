using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;

namespace ImageApp.Web.Upkeep;

/// <summary>Sends the event of an image once more that was left unfinished, by copying its object onto itself.</summary>
internal sealed partial class PipelineRestart(UpkeepCatalogue catalogue, ImageBucket bucket, ILogger<PipelineRestart> logger)
{
    /// <summary>Sends it.</summary>
    public async Task SendAsync(StuckImage stuck, ObjectDescription original, CancellationToken cancellationToken)
    {
        var (image, isFailure) = stuck;
        await catalogue.ExpectSameContentAsync(image.Id, original.ETag, cancellationToken);
        await catalogue.MarkSentAsync(image.Id, isFailure, cancellationToken);
        await bucket.TouchOriginalAsync(image.Key, image.ContentType ?? original.ContentType, image.FileName, cancellationToken);
        LogRestarted(logger, image.Id, image.Key);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Image {Id} was left unfinished; its pipeline starts again with {Key}")]
    private static partial void LogRestarted(ILogger logger, long id, string key);
}
