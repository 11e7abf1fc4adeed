using ImageApp.Core.Catalogue;
using ImageApp.Core.Processing;

namespace ImageApp.CaptionFunction;

/// <summary>Has the image described and stores the text.</summary>
internal sealed class CaptionStep(ICaptioner captioner, ImageCatalogue catalogue) : IImageStep
{
    /// <inheritdoc/>
    public PipelineStep Kind => PipelineStep.Caption;

    /// <inheritdoc/>
    public async Task<string> RunAsync(SourceImage image, CancellationToken cancellationToken)
    {
        Caption caption;
        try
        {
            caption = await captioner.DescribeAsync(image, cancellationToken);
        }
        catch (ModelFailureException e) when (e.IsLasting)
        {
            throw new PermanentImageException(e.Message, e);
        }

        var isStored = await catalogue.SaveCaptionAsync(image.Key, image.ETag, caption.Text, caption.Model, cancellationToken);
        return isStored ? "stored" : "obsolete";
    }
}
