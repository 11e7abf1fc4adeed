using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.FunctionDefaults;
using ImageApp.Imaging;
using Microsoft.Extensions.Logging;
using MySqlConnector;

namespace ImageApp.CaptionFunction;

/// <summary>
/// Has the image described and stores the text. Nothing that the provider does is an error of the function: the reason is stored with the
/// picture and says whether, and when, it is tried again; a used-up quota keeps every instance from asking until then.
/// </summary>
internal sealed partial class CaptionStep(
    ICaptioner captioner, CaptioningOptions options, StepResults catalogue, CaptioningState state, TimeProvider time,
    ILogger<CaptionStep> logger) : IImageStep
{
    private volatile bool _isAnnounced;

    /// <inheritdoc/>
    public string Name => "caption";

    /// <inheritdoc/>
    public bool IsDone(ImageRecord image) => image.IsCaptionDone;

    /// <inheritdoc/>
    public bool MustEnd => DecodeBudget.HasRunaway;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AnnounceAsync(cancellationToken);
        }
        catch (MySqlException e)
        {
            // The schema may not be there yet.
            LogAnnouncedLater(logger, e.Message);
        }
    }

    /// <inheritdoc/>
    public async Task<string> RunAsync(SourceImage image, CancellationToken cancellationToken)
    {
        await AnnounceAsync(cancellationToken);
        if (options.UsesModel && await state.FindPauseAsync(cancellationToken) is { } pause)
        {
            throw new ImageFailureException(new FailureReason(FailureCodes.QuotaPaused, pause.Reason) { RetryAt = pause.Until });
        }

        try
        {
            var caption = await captioner.DescribeAsync(image, cancellationToken);
            if (options.UsesModel)
            {
                await state.NoteAnswerAsync(caption.Model, cancellationToken);
            }

            return await catalogue.SaveCaptionAsync(image.Key, image.ETag, caption, cancellationToken) ? "stored" : "obsolete";
        }
        catch (ModelQuotaException e)
        {
            await state.PauseAsync(new CaptionPause(e.RetryAt, e.Message), cancellationToken);
            throw Failure(e, e.RetryAt);
        }
        catch (ModelUnavailableException e)
        {
            throw Failure(e, time.GetUtcNow() + e.Wait);
        }
        catch (ModelFailureException e)
        {
            throw Failure(e, retryAt: null);
        }
    }

    /// <inheritdoc/>
    public Task SaveFailureAsync(string imageKey, string etag, FailureReason reason, CancellationToken cancellationToken) =>
        catalogue.SaveCaptionFailureAsync(imageKey, etag, reason, cancellationToken);

    private static ImageFailureException Failure(ModelFailureException e, DateTimeOffset? retryAt) =>
        new(new FailureReason(e.Code, e.Message) { RetryAt = retryAt }, e);

    // Once a process: pictures that other settings kept without a caption are asked for again.
    private async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        if (_isAnnounced)
        {
            return;
        }

        if (await state.AnnounceAsync(options.ToSettings(), cancellationToken))
        {
            LogOtherSettings(logger, options.UsesModel ? options.Model : CaptioningState.OfflineModel);
        }

        _isAnnounced = true;
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Captions are written by {Model} and with other settings than before; what waits for a setting is tried again")]
    private static partial void LogOtherSettings(ILogger logger, string model);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The database does not take the settings yet; tried again with the first picture: {Reason}")]
    private static partial void LogAnnouncedLater(ILogger logger, string reason);
}
