using System.ClientModel;
using System.Globalization;
using System.Text;
using ImageApp.Core;
using ImageApp.FunctionDefaults;
using ImageApp.Imaging;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace ImageApp.CaptionFunction;

/// <summary>
/// Has a vision model describe the image. What may pass (too many requests, the provider's errors, no answer in time) is thrown, so that
/// Lambda retries; a refusal is final; no error's text ever becomes a caption.
/// </summary>
internal sealed partial class ModelCaptioner(IChatClient model, CaptioningOptions options, ImageLimits limits, ILogger<ModelCaptioner> logger) : ICaptioner
{
    private const int Side = 1536;
    private const int Quality = 85;
    private const int MaxLength = 4000;
    private const int Attempts = 2;

    /// <inheritdoc/>
    public async Task<Caption> DescribeAsync(SourceImage image, CancellationToken cancellationToken)
    {
        ImageHeader.Read(image.Path, image.Format, limits);
        var picture = Renderer.Jpeg(image.Path, image.Format, Side, Quality);
        var message = new ChatMessage(ChatRole.User, [new TextContent(options.Prompt), new DataContent(picture.Content, picture.ContentType)]);
        for (var attempt = 1; ; attempt++)
        {
            var response = await AskAsync(message, image.Key, cancellationToken);
            if (response.FinishReason == ChatFinishReason.ContentFilter)
            {
                throw new ImageFailureException(FailureReason.Declined);
            }

            var text = Clean(response.Text);
            if (text.Length > 0)
            {
                return new Caption(text, response.ModelId is { Length: > 0 } id ? id : options.Model);
            }

            if (attempt == Attempts)
            {
                throw new ImageFailureException(FailureReason.EmptyAnswer);
            }

            LogEmpty(logger, image.Key, options.Model);
        }
    }

    private async Task<ChatResponse> AskAsync(ChatMessage message, string key, CancellationToken cancellationToken)
    {
        for (var waited = false; ; waited = true)
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(options.Timeout);
            try
            {
                return await model.GetResponseAsync(message, new ChatOptions { MaxOutputTokens = options.MaxOutputTokens }, timeout.Token);
            }
            catch (ClientResultException e) when (e.Status == 429 && !waited && RetryAfter(e) is { } pause && pause <= options.MaxRetryAfter)
            {
                LogBusy(logger, options.Model, pause.TotalSeconds, key);
                await Task.Delay(pause, cancellationToken);
            }
            catch (ClientResultException e) when (IsBlocked(e))
            {
                throw new ImageFailureException(FailureReason.Declined, e);
            }
            catch (ClientResultException e) when (e.Status is 401 or 403)
            {
                throw new InvalidOperationException($"The model provider refuses the key in {CaptioningOptions.Section}:{nameof(CaptioningOptions.ApiKey)} ({e.Status}).", e);
            }
            catch (ClientResultException e)
            {
                throw new HttpRequestException($"The model provider answered {e.Status}; the caption is tried again later.", e);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"The model {options.Model} gave no answer within {options.Timeout.TotalSeconds:0} seconds.", e);
            }
        }
    }

    // Gemini answers a prompt it blocks with 400 and its reason in the text; Azure and OpenAI with the code content_filter.
    private static bool IsBlocked(ClientResultException e) => e.Status == 400 && e.GetRawResponse()?.Content.ToString() is { } body
        && (body.Contains("content_filter", StringComparison.OrdinalIgnoreCase) || body.Contains("content_policy", StringComparison.OrdinalIgnoreCase)
            || body.Contains("SAFETY", StringComparison.Ordinal) || body.Contains("PROHIBITED_CONTENT", StringComparison.Ordinal));

    private static TimeSpan? RetryAfter(ClientResultException e)
    {
        if (e.GetRawResponse()?.Headers.TryGetValue("Retry-After", out var value) != true || value is null)
        {
            return null;
        }

        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds)
            : DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at > DateTimeOffset.UtcNow ? at - DateTimeOffset.UtcNow
            : null;
    }

    // One paragraph of plain text, whatever the model made of the request.
    private static string Clean(string answer)
    {
        var text = new StringBuilder(answer.Length);
        foreach (var rune in answer.EnumerateRunes().Where(rune => rune != Rune.ReplacementChar))
        {
            if (Rune.IsWhiteSpace(rune) || Rune.IsControl(rune))
            {
                if (text.Length > 0 && text[^1] != ' ')
                {
                    text.Append(' ');
                }
            }
            else
            {
                text.Append(rune);
            }
        }

        var clean = text.ToString().Trim();
        return clean.Length <= MaxLength ? clean : string.Concat(clean.AsSpan(0, clean.LastIndexOf(' ', MaxLength - 1) is > 0 and var end ? end : MaxLength - 1), "…");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Model} is busy; asked again in {Seconds} s for {Key}")]
    private static partial void LogBusy(ILogger logger, string model, double seconds, string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Model} gave an empty answer for {Key}")]
    private static partial void LogEmpty(ILogger logger, string key, string model);
}
