using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.FunctionDefaults;

namespace ImageApp.CaptionFunction;

/// <summary>Has the image described and stores the text.</summary>
internal sealed class CaptionStep(ICaptioner captioner, StepResults catalogue) : IImageStep
{
    /// <inheritdoc/>
    public string Name => "caption";

    /// <inheritdoc/>
    public bool IsDone(ImageRecord image) => image.IsCaptionDone;

    /// <inheritdoc/>
    public async Task<string> RunAsync(SourceImage image, CancellationToken cancellationToken)
    {
        try
        {
            var caption = await captioner.DescribeAsync(image, cancellationToken);
            return await catalogue.SaveCaptionAsync(image.Key, image.ETag, caption.Text, caption.Model, cancellationToken)
                ? "stored"
                : "obsolete";
        }
        catch (ModelFailureException e) when (e.IsLasting)
        {
            throw new ImageFailureException(new FailureReason(e.Code, e.Message), e);
        }
    }

    /// <inheritdoc/>
    public Task SaveFailureAsync(string imageKey, string etag, FailureReason reason, CancellationToken cancellationToken) =>
        catalogue.SaveCaptionFailureAsync(imageKey, etag, reason, cancellationToken);
}
