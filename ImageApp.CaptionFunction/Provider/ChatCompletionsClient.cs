using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using ImageApp.CaptionFunction.Answers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace ImageApp.CaptionFunction.Provider;

/// <summary>
/// A client of OpenAI's Chat Completions API as providers really speak it. It sends the text and images of messages and the limit of the
/// answer's
/// tokens, and learns the provider's dialect from its refusals. It never retries what failed for another reason: who retries, and when, is
/// not decided here.
/// </summary>
internal sealed partial class ChatCompletionsClient : IChatClient
{
    private const int MaxDialects = 8;
    private const int MaxAnswer = 8 * 1024 * 1024;
    private const int MaxLogged = 500;
    private const string BrokenOff = "The model provider's answer broke off; the caption is tried again later.";
    private readonly CaptioningOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HttpClient _http;
    private readonly ChatClientMetadata _metadata;
    private volatile Dialect _dialect;

    /// <summary>Creates a client.</summary>
    /// <param name="options">Where to ask, whom, and with which key.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Gets the provider's own words for every refusal.</param>
    public ChatCompletionsClient(CaptioningOptions options, TimeProvider time, ILogger<ChatCompletionsClient> logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _dialect = Dialect.Guess(options.BaseUrl, options.Model, options.ReasoningEffort);
        _metadata = new ChatClientMetadata("openai", options.BaseUrl, options.Model);
        // A redirect would turn the POST into a GET, or take the key elsewhere.
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            AutomaticDecompression = System.Net.DecompressionMethods.All,
        })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxAnswer,
        };
        if (options.HasKey)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey!.Trim());
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ModelFailureException">There is no answer; the type says what to do about it.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var conversation = messages.Select(Message).ToList();
        var model = options?.ModelId ?? _options.Model;
        var isOtherNameRefused = false;
        for (var dialects = 1; ; dialects++)
        {
            var dialect = _dialect;
            var limit = dialect.Limit(options?.MaxOutputTokens);
            var (error, headers, completion) = await PostAsync(dialect, new ChatRequest(model, conversation, Stream: false)
            {
                MaxTokens = dialect.LimitName == TokenLimitName.MaxTokens ? limit : null,
                MaxCompletionTokens = dialect.LimitName == TokenLimitName.MaxCompletionTokens ? limit : null,
                ReasoningEffort = dialect.ReasoningEffort,
            }, cancellationToken);
            if (completion is not null)
            {
                return Response(completion, limit);
            }

            if (dialects < MaxDialects && dialect.After(error!, limit, isOtherNameRefused) is { } next)
            {
                var path = next.Url.AbsolutePath;
                LogDialect(_logger, _options.Model, error!.Status, next.LimitName, next.MaxTokens, next.ReasoningEffort, path);
                isOtherNameRefused |= next.LimitName != dialect.LimitName;
                _dialect = next;
                continue;
            }

            LogRefused(_logger, _options.Model, error!.Status, Loggable(error.Text));
            throw ProviderFailures.Read(error, headers, _options, _time.GetUtcNow());
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<(ProviderError? Error, HttpHeaders? Headers, ChatCompletion? Completion)> PostAsync(
        Dialect dialect, ChatRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(request, ChatRequestJson.Relaxed.ChatRequest));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var message = new HttpRequestMessage(HttpMethod.Post, dialect.Url) { Content = content };
            message.Headers.Accept.ParseAdd("application/json");
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseContentRead, cancellationToken);
            var body = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            if (!response.IsSuccessStatusCode)
            {
                return (ProviderError.Parse((int)response.StatusCode, body), response.Headers, null);
            }

            var completion = Parse(body);
            return completion.Error is { } error && completion.Text.Length == 0 ? (error, response.Headers, null)
                : (null, null, completion);
        }
        catch (HttpRequestException e)
        {
            throw ProviderFailures.Read(e, _options);
        }
        catch (IOException e)
        {
            throw new ModelUnavailableException(BrokenOff, innerException: e);
        }
    }

    private ChatCompletion Parse(string body)
    {
        try
        {
            return ChatCompletion.Parse(body);
        }
        catch (JsonException e)
        {
            var error = ProviderError.Parse(200, body);
            LogRefused(_logger, _options.Model, error.Status, Loggable(error.Text));
            // A page for people is another service's; anything else is an answer that broke off.
            throw body.AsSpan().TrimStart().StartsWith('<') ? ModelSettingException.Address(e)
                : new ModelUnavailableException(BrokenOff, innerException: e);
        }
    }

    private ChatResponse Response(ChatCompletion completion, int? limit)
    {
        var reason = completion.IsRefusal ? ChatFinishReason.ContentFilter : FinishReasons.Read(completion.FinishReason);
        if (!completion.HasChoice && reason != ChatFinishReason.ContentFilter)
        {
            LogRefused(_logger, _options.Model, 200, "an answer without choices");
            throw new ModelUnavailableException("The model provider gave an answer without choices; the caption is tried again later.");
        }

        // Some servers call an answer complete that the limit has cut.
        if (reason != ChatFinishReason.ContentFilter && completion.Usage?.OutputTokenCount >= limit && !Sentences.IsWhole(completion.Text))
        {
            reason = ChatFinishReason.Length;
        }

        return new ChatResponse(new ChatMessage(ChatRole.Assistant, completion.Text))
        {
            ResponseId = completion.Id,
            ModelId = completion.Model,
            FinishReason = reason,
            Usage = completion.Usage,
        };
    }

    private static ChatRequestMessage Message(ChatMessage message) => new(message.Role.Value, [.. message.Contents.Select(Part)]);

    private static ChatRequestPart Part(AIContent content) => content switch
    {
        TextContent text => new ChatRequestPart("text") { Text = text.Text },
        DataContent data when data.HasTopLevelMediaType("image") =>
            new ChatRequestPart("image_url") { ImageUrl = new ChatRequestImage(data.Uri) },
        _ => throw new NotSupportedException($"{content.GetType().Name} cannot be sent; text and images can."),
    };

    private string Loggable(string text)
    {
        var harmless = _options.HasKey ? text.Replace(_options.ApiKey!.Trim(), "…", StringComparison.Ordinal) : text;
        return harmless.Length > MaxLogged ? harmless[..MaxLogged] : harmless;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The provider of {Model} answered {Status}: {Text}")]
    private static partial void LogRefused(ILogger logger, string model, int status, string text);

    [LoggerMessage(Level = LogLevel.Information, Message = "The provider of {Model} refused the request's form ({Status}); from now on:"
        + " {LimitName} of at most {MaxTokens}, reasoning_effort {Effort}, {Path}")]
    private static partial void LogDialect(
        ILogger logger, string model, int status, TokenLimitName limitName, int? maxTokens, string? effort, string path);
}
