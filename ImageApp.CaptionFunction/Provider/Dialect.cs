using System.Globalization;
using System.Text.RegularExpressions;

namespace ImageApp.CaptionFunction.Provider;

/// <summary>How one provider wants to be spoken to: a guess from its address at first, then what its refusals teach.</summary>
/// <param name="Url">Where requests are posted.</param>
/// <param name="LimitName">The name of the token limit.</param>
/// <param name="MaxTokens">The most tokens that it takes as a limit; null where it has not objected.</param>
/// <param name="ReasoningEffort">How much thinking is asked for; null where the provider does not know the word.</param>
internal sealed partial record Dialect(Uri Url, TokenLimitName LimitName, int? MaxTokens, string? ReasoningEffort)
{
    private const string Endpoint = "chat/completions";
    private const string DefaultEffort = "low";
    private const int FewestTokens = 256;
    private bool _refusedUrl;

    /// <summary>The first guess.</summary>
    /// <param name="baseUrl">The API's base, with or without a slash at its end, or the endpoint itself.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="reasoningEffort">What the settings ask for; null for what suits.</param>
    public static Dialect Guess(Uri baseUrl, string model, string? reasoningEffort)
    {
        var google = IsHost(baseUrl, "googleapis.com");
        var openAI = IsHost(baseUrl, "openai.com") || IsHost(baseUrl, "azure.com");
        return new Dialect(
            At(baseUrl, ""),
            google || openAI ? TokenLimitName.MaxCompletionTokens : TokenLimitName.MaxTokens,
            MaxTokens: null,
            reasoningEffort ?? (google || (openAI && Thinks().IsMatch(model)) ? DefaultEffort : null));
    }

    /// <summary>The dialect after a refusal; null where the refusal is about something else.</summary>
    /// <param name="error">The refusal.</param>
    /// <param name="limit">The token limit that was sent.</param>
    /// <param name="isOtherNameRefused">
    /// Whether the same request was refused under the limit's other name. One request ago proves nothing: a gateway may have sent it
    /// elsewhere.
    /// </param>
    public Dialect? After(ProviderError error, int? limit, bool isOtherNameRefused = false)
    {
        if (error.Status is 404 or 405 && !_refusedUrl && Url.AbsolutePath == "/" + Endpoint
            && !error.Text.Contains("model", StringComparison.OrdinalIgnoreCase))
        {
            // A server's bare address: most have their API below /v1, some also at the root.
            return this with { Url = At(Url, "v1/"), _refusedUrl = true };
        }

        if (error.Status is not (400 or 402 or 422))
        {
            return null;
        }

        if (ReasoningEffort is not null && Thinking().IsMatch(error.Text))
        {
            return this with { ReasoningEffort = null };
        }

        if (limit is not { } sent || LimitName == TokenLimitName.None)
        {
            return null;
        }

        var name = LimitName == TokenLimitName.MaxTokens ? "max_tokens" : "max_completion_tokens";
        if (error.Status != 402 && error.Text.Contains(name, StringComparison.OrdinalIgnoreCase)
            && UnknownParameter().IsMatch(error.Text) && !TooMany().IsMatch(error.Text))
        {
            return this with
            {
                LimitName = isOtherNameRefused ? TokenLimitName.None
                    : LimitName == TokenLimitName.MaxTokens ? TokenLimitName.MaxCompletionTokens
                    : TokenLimitName.MaxTokens,
            };
        }

        return TooMany().IsMatch(error.Text) && FewerTokens(error.Text, sent) is { } fewer && fewer >= FewestTokens
            ? this with { MaxTokens = fewer }
            : null;
    }

    /// <summary>The limit to send.</summary>
    public int? Limit(int? wanted) =>
        wanted is { } tokens && LimitName != TokenLimitName.None ? Math.Min(tokens, MaxTokens ?? tokens) : null;

    // "maximum context length is 4096 tokens … (904 in the messages, 4096 in the completion)" (vLLM, OpenAI), "supports at most 4096
    // completion
    // tokens" (OpenAI), "can only afford 3919" (OpenRouter), "less than or equal to 8192" (Groq).
    private static int? FewerTokens(string text, int sent)
    {
        if (Context().Match(text) is { Success: true } context && Prompt().Match(text) is { Success: true } prompt)
        {
            var left = Number(context.Groups[1].Value) - Number(prompt.Groups[1].Value);
            return left < sent ? left : sent / 2;
        }

        var numbers = Numbers().Matches(text).Select(match => Number(match.Value)).Where(number => number < sent).ToList();
        return numbers.Count > 0 && numbers.Max() is var most && most >= FewestTokens ? most
            : text.Contains("afford", StringComparison.Ordinal) ? null
            : sent / 2;
    }

    private static int Number(string digits) => int.Parse(digits.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    private static bool IsHost(Uri url, string domain) =>
        url.Host == domain || url.Host.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase);

    private static Uri At(Uri baseUrl, string prefix)
    {
        var path = baseUrl.AbsolutePath.TrimEnd('/');
        var bare = path.EndsWith("/" + Endpoint, StringComparison.Ordinal) ? path[..^(Endpoint.Length + 1)] : path;
        return new UriBuilder(baseUrl) { Path = $"{bare}/{prefix}{Endpoint}", Fragment = "", UserName = "", Password = "" }.Uri;
    }

    [GeneratedRegex(@"^(?:.*/)?(?:o\d|gpt-(?:[5-9]|\d\d))", RegexOptions.IgnoreCase)]
    private static partial Regex Thinks();

    [GeneratedRegex("reasoning|thinking|\bthink", RegexOptions.IgnoreCase)]
    private static partial Regex Thinking();

    [GeneratedRegex(
        "unsupported|not supported|unknown|unrecogni[sz]ed|unexpected|extra|not permitted|not allowed|not accepted|invalid (?:parameter"
            + "|argument|field)|additional propert|does not support|instead|forbidden",
        RegexOptions.IgnoreCase)]
    private static partial Regex UnknownParameter();

    [GeneratedRegex(
        "(?:max_?(?:completion_|output_|new_)?tokens|completion|output|context).*(?:too (?:large|high|big|long|many)|at most|less than|<="
            + "|maximum|exceed|between|fewer|greater than|longer)"
        + "|(?:too (?:large|high|big|long|many)|at most|maximum|exceed|fewer|afford).*(?:max_?(?:completion_|output_|new_)?tokens"
        + "|completion|output tokens|context)",
        RegexOptions.IgnoreCase)]
    private static partial Regex TooMany();

    [GeneratedRegex(@"context (?:length|size|window)\D{1,30}?(\d{1,3}(?:,\d{3}){1,2}|\d{1,8})", RegexOptions.IgnoreCase)]
    private static partial Regex Context();

    [GeneratedRegex(
        @"(\d{1,3}(?:,\d{3}){1,2}|\d{1,8}) (?:in the messages|in your prompt|input tokens|prompt tokens|tokens from the input)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Prompt();

    [GeneratedRegex(@"(?<![\w.])\d{1,3}(?:,\d{3}){1,2}\b|(?<![\w.])\d{1,8}\b")]
    private static partial Regex Numbers();
}
