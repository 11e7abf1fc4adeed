using ImageApp.CaptionFunction.Answers;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.FunctionDefaults;
using ImageApp.Imaging;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace ImageApp.CaptionFunction;

/// <summary>
/// Has a vision model describe the image, and takes only a description for an answer: an answer that does not fit its limit gets more room,
/// an empty
/// one a second chance, a picture that is too large a smaller version. What is then left is a <see cref="ModelFailureException"/>.
/// </summary>
internal sealed partial class ModelCaptioner(
    IChatClient model, CaptioningOptions options, ImageLimits limits, TimeProvider time, ILogger<ModelCaptioner> logger) : ICaptioner
{
    private const int Side = 1536;
    private const int SmallSide = 768;
    private const int Quality = 85;
    private const int MaxLength = 4000;
    private const int MoreRoom = 4;
    private const int MaxAsks = 3;

    /// <inheritdoc/>
    public async Task<CaptionResult> DescribeAsync(SourceImage image, CancellationToken cancellationToken)
    {
        var question = await AskedOfAsync(image, Side, cancellationToken);
        var tokens = options.MaxOutputTokens;
        var started = time.GetTimestamp();
        CaptionResult? shortened = null;
        var isSmall = false;
        for (var asks = 1; ; asks++)
        {
            ChatResponse response;
            try
            {
                response = await AskAsync(question, tokens, image.Key, cancellationToken);
            }
            catch (ModelPictureException e) when (!isSmall && shortened is null)
            {
                LogTooLarge(logger, options.Model, image.Key, SmallSide, e.InnerException?.Message);
                question = await AskedOfAsync(image, SmallSide, cancellationToken);
                isSmall = true;
                continue;
            }
            catch (ModelFailureException e) when (shortened is not null)
            {
                LogShortened(logger, options.Model, image.Key, options.MaxOutputTokens, e.Message);
                return shortened;
            }

            if (response.FinishReason == ChatFinishReason.ContentFilter)
            {
                throw new ModelDeclinedException();
            }

            // There is not time in an invocation for more than two answers that take as long as one may.
            var isLast = asks >= MaxAsks || time.GetElapsedTime(started) > options.Timeout;
            var isCut = response.FinishReason == ChatFinishReason.Length;
            var answer = AnswerText.Read(response.Text);
            if (!isCut && Read(answer, response) is { } caption)
            {
                return caption;
            }

            shortened = isCut ? Shortened(answer, response) ?? shortened : shortened;
            if (isCut && (isLast || tokens > options.MaxOutputTokens))
            {
                LogShortened(logger, options.Model, image.Key, tokens, "it was too long again");
                return shortened ?? throw ModelAnswerException.TooLong(tokens);
            }

            if (!isCut && (isLast || asks > 1))
            {
                return shortened ?? throw ModelAnswerException.Empty();
            }

            LogAgain(logger, options.Model, image.Key, isCut ? "cut off" : "empty");
            tokens = isCut ? (int)Math.Min((long)tokens * MoreRoom, int.MaxValue) : tokens;
        }
    }

    private CaptionResult? Read(AnswerText answer, ChatResponse response)
    {
        if (answer.IsDeclined)
        {
            throw new ModelDeclinedException();
        }

        if (answer.IsBlind)
        {
            throw ModelSettingException.TextOnlyModel(options.Model);
        }

        return answer.Text.Length == 0 ? null
            : answer.Text.Length <= MaxLength ? new CaptionResult(answer.Text, Name(response), options.Language)
            : new CaptionResult(Sentences.Limit(answer.Text, MaxLength), Name(response), options.Language, IsShortened: true);
    }

    private CaptionResult? Shortened(AnswerText answer, ChatResponse response) =>
        answer.Text.Length > 0 && Sentences.CutToWhole(answer.Text.Length <= MaxLength ? answer.Text : answer.Text[..MaxLength]) is { } text
            ? new CaptionResult(text, Name(response), options.Language, IsShortened: true)
            : null;

    private string Name(ChatResponse response) => response.ModelId is { Length: > 0 } id ? id : options.Model;

    private Task<ChatMessage> AskedOfAsync(SourceImage image, int side, CancellationToken cancellationToken) =>
        DecodeBudget.SpendAsync(image.Format, limits, budget => Question(image, side, budget), cancellationToken);

    private ChatMessage Question(SourceImage image, int side, DecodeBudget budget)
    {
        budget.Admit(ImageHeader.Read(image.Path, image.Format, limits));
        var picture = Renderer.Jpeg(image.Path, image.Format, side, Quality);
        return new ChatMessage(ChatRole.User, [new TextContent(options.FullPrompt), new DataContent(picture.Content, picture.ContentType)]);
    }

    // A short wait that the provider asks for is spent here, once; a longer one is somebody else's, who has more time than an invocation.
    private async Task<ChatResponse> AskAsync(ChatMessage question, int tokens, string key, CancellationToken cancellationToken)
    {
        for (var hasWaited = false; ; hasWaited = true)
        {
            TimeSpan wait;
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(options.Timeout);
            try
            {
                return await model.GetResponseAsync(question, new ChatOptions { MaxOutputTokens = tokens }, timeout.Token);
            }
            catch (ModelQuotaException e) when (!hasWaited && e.RetryAt - time.GetUtcNow() <= options.MaxRetryAfter)
            {
                wait = e.RetryAt - time.GetUtcNow();
            }
            catch (ModelUnavailableException e) when (!hasWaited && e.Wait <= options.MaxRetryAfter)
            {
                wait = e.Wait!.Value;
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw ModelUnavailableException.Timeout(options.Model, options.Timeout, e);
            }

            LogBusy(logger, options.Model, wait.TotalSeconds, key);
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time, cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Model} is busy; asked again in {Seconds} s for {Key}")]
    private static partial void LogBusy(ILogger logger, string model, double seconds, string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The answer of {Model} for {Key} is {What}; asked again")]
    private static partial void LogAgain(ILogger logger, string model, string key, string what);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Model} cannot take {Key}; asked again with at most {Side} pixels: {Reason}")]
    private static partial void LogTooLarge(ILogger logger, string model, string key, int side, string? reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The answer of {Model} for {Key} does not fit into {Tokens} tokens and is"
        + " shortened: {Reason}")]
    private static partial void LogShortened(ILogger logger, string model, string key, int tokens, string reason);
}
