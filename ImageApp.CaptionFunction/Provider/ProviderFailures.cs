using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;

namespace ImageApp.CaptionFunction.Provider;

/// <summary>Which of the captioner's failures a provider's refusal is. Status alone does not tell: providers use 400, 403, 404 and 500 for
/// nearly everything.</summary>
internal static partial class ProviderFailures
{
    private static readonly TimeSpan UsualWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CreditWait = TimeSpan.FromHours(1);

    /// <summary>What a refusal means.</summary>
    /// <param name="error">The refusal.</param>
    /// <param name="headers">The answer's headers.</param>
    /// <param name="options">What was asked with.</param>
    /// <param name="now">The time of the answer.</param>
    public static ModelFailureException Read(ProviderError error, HttpHeaders? headers, CaptioningOptions options, DateTimeOffset now)
    {
        var cause = new ProviderException(error);
        var (status, text) = (error.Status, error.Text);
        var isRequestRefused = status is >= 400 and < 500 and not (408 or 409 or 425 or 429);
        if (isRequestRefused && Declined().IsMatch(text))
        {
            return new ModelDeclinedException(cause);
        }

        if (status is 402 or 429 || (isRequestRefused && (Credit().IsMatch(text) || Exhausted().IsMatch(text))))
        {
            return Quota(error, ProviderWait.Read(headers, error.Body, now), now, cause);
        }

        if ((isRequestRefused || status is 500 or 501) && TextOnly().IsMatch(text))
        {
            return ModelSettingException.TextOnlyModel(options.Model, cause);
        }

        if (!isRequestRefused)
        {
            return status is >= 300 and < 400
                ? ModelSettingException.Address(cause)
                : new ModelUnavailableException(
                    FormattableString.Invariant($"The model provider answered {status}; the caption is tried again later."),
                    ProviderWait.Read(headers, error.Body, now),
                    cause);
        }

        if (status is 401 || Key().IsMatch(text))
        {
            return ModelSettingException.Key(options.HasKey, cause);
        }

        if (status is 410 || UnknownModel().IsMatch(text)
            || (status == 404 && error.IsJson && text.Contains("model", StringComparison.OrdinalIgnoreCase)))
        {
            return ModelSettingException.UnknownModel(options.Model, cause);
        }

        if (status == 413 || Picture().IsMatch(text))
        {
            return new ModelPictureException(cause);
        }

        return !error.IsJson || status is 404 or 405 ? ModelSettingException.Address(cause)
            : status == 403 ? ModelSettingException.Key(options.HasKey, cause)
            : ModelSettingException.Request(status, cause);
    }

    /// <summary>What it means that there is no answer at all.</summary>
    public static ModelFailureException Read(HttpRequestException e, CaptioningOptions options) => e.HttpRequestError switch
    {
        // No such name, where somebody typed one. Without a network the resolver gives another error.
        HttpRequestError.NameResolutionError when !options.IsDefaultBaseUrl
            && e.InnerException is SocketException { SocketErrorCode: SocketError.HostNotFound } => ModelSettingException.Address(e),
        HttpRequestError.SecureConnectionError when e.InnerException is AuthenticationException => ModelSettingException.Address(e),
        HttpRequestError.InvalidResponse => ModelSettingException.Address(e),
        _ => new ModelUnavailableException(
            $"The model provider at {CaptioningOptions.NameOf(nameof(CaptioningOptions.BaseUrl))} cannot be reached "
            + $"({e.HttpRequestError}); the caption is tried again later.",
            innerException: e),
    };

    private static ModelQuotaException Quota(ProviderError error, TimeSpan? wait, DateTimeOffset now, Exception cause)
    {
        if (error.Status == 402 || Credit().IsMatch(error.Text))
        {
            return new ModelQuotaException(QuotaKind.Credit, now + (wait > CreditWait ? wait.Value : CreditWait), cause);
        }

        if (Day().IsMatch(error.Body) && !Minute().IsMatch(error.Text))
        {
            // Google's RetryInfo speaks of the minute also where the day's requests are used up. Its day ends at midnight in California,
            // which is 8:00 UTC, or 7:00 in summer.
            return IsGoogle().IsMatch(error.Body) ? new ModelQuotaException(QuotaKind.Day, Next(now, TimeSpan.FromHours(8)), cause)
                : new ModelQuotaException(QuotaKind.Day, wait is { } stated ? now + stated : Next(now, TimeSpan.Zero), cause);
        }

        return new ModelQuotaException(QuotaKind.Rate, now + (wait ?? UsualWait), cause);
    }

    private static DateTimeOffset Next(DateTimeOffset now, TimeSpan timeOfDay)
    {
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero) + timeOfDay;
        return today > now ? today : today.AddDays(1);
    }

    // Azure and OpenAI content_filter, content_policy_violation, ResponsibleAIPolicyViolation; Alibaba data_inspection_failed; DeepSeek
    // "Content
    // Exists Risk"; Moonshot "considered high risk"; OpenRouter's moderation; xAI "violates usage guidelines"; Gemini's names.
    [GeneratedRegex(
        "content[_ -]?(?:filter|policy|exists risk|moderation)|data_?inspection|(?-i:\\bSAFETY\\b)|blocked.{0,40}safety"
            + "|prohibited[_ ]content|(?-i:\\bRECITATION\\b)"
        + "|responsible ?ai|moderation|flagged|violat\\w* .{0,40}(?:guideline|polic|safety|terms)|considered high risk|(?:unsafe"
        + "|sensitive) (?:or \\w+ )?content|safety system",
        RegexOptions.IgnoreCase)]
    private static partial Regex Declined();

    [GeneratedRegex(
        "insufficient[_ ](?:quota|balance|credit|funds)|credit balance|credits? (?:is |are )?(?:exhausted|depleted|used up)|out of credits"
            + "|no credits|more credits|billing[_ ](?:hard|not)"
        + "|spending limit|payment required|free.?tier.?only|account.{0,20}(?:overdue|arrear)|per ?month|monthly",
        RegexOptions.IgnoreCase)]
    private static partial Regex Credit();

    [GeneratedRegex(
        "RESOURCE_EXHAUSTED|quota.{0,20}exceeded|exceeded.{0,30}quota|rate.?limit.{0,20}(?:exceeded|reached)|too many requests",
        RegexOptions.IgnoreCase)]
    private static partial Regex Exhausted();

    [GeneratedRegex(@"per[-_ ]?day|\b(?:RPD|TPD)\b|\bdaily\b|_daily|limit.{0,20}\ba day\b", RegexOptions.IgnoreCase)]
    private static partial Regex Day();

    [GeneratedRegex("models-per-min|limit of .{0,20} per minute", RegexOptions.IgnoreCase)]
    private static partial Regex Minute();

    [GeneratedRegex("google\\.rpc|RESOURCE_EXHAUSTED|generativelanguage")]
    private static partial Regex IsGoogle();

    [GeneratedRegex(
        "(?:does not|doesn.t|do not|don.t|cannot|can.t|not) (?:currently )?(?:support|accept|take|process|handle|have)[^.]{0,40}(?:image"
            + "|vision|visual|multi-?modal|picture)"
        + "|(?:image|vision|image_url|multi-?modal)(?: \\w+){0,3} (?:is |are |only )?(?:not (?:yet |currently )?(?:supported|enabled"
        + "|available|allowed)|unsupported|supported by certain)"
        + "|support(?:s|ing)? image input|not a (?:multi-?modal|vision)|unknown variant\\W{1,4}image_url|must be a string"
        + "|should be a valid string|string_type|unmarshal array"
        + "|at most 0 image|mmproj|\\btext[- ]only\\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex TextOnly();

    [GeneratedRegex(
        "api[_ ]?key.{0,30}(?:invalid|not valid|incorrect|missing|expired|not found|required|wrong|leaked)|(?:invalid|incorrect|missing|no"
            + "|wrong|expired|bad)[_ ](?:auth\\w*[_ ])?(?:api[_ ]?key|credentials|token\\b|bearer|authentication|auth key)"
        + "|authentication[_ ](?:error|failed|credential)|unauthori[sz]ed|unauthenticated|permission[_ ]denied|incorrect api",
        RegexOptions.IgnoreCase)]
    private static partial Regex Key();

    [GeneratedRegex(
        "(?:invalid|unknown|unrecogni[sz]ed|no such|unsupported)[_ ]model|not a valid model|model[_ ](?:not[_ ](?:found|exist)"
            + "|decommissioned)"
        + "|models?\\b.{0,120}(?:does not exist|doesn.t exist|not exist|not found|no longer|not available|isn.t available|decommissioned"
        + "|deprecated|retired|is not supported)"
        + "|(?:find|access|load|pull)(?:ing)? (?:the |real )?model|deployment.{0,60}not exist|no endpoints found|no (?:available"
        + "|healthy) (?:channel|deployment)",
        RegexOptions.IgnoreCase)]
    private static partial Regex UnknownModel();

    [GeneratedRegex(
        "(?:image|picture|payload|request|entity|body|prompt|input|message)s?\\b.{0,60}(?:too (?:large|big|long)|exceed|larger than"
            + "|longer than)"
        + "|context[_ ](?:length|size|window)|maximum context|too many tokens|(?:unable|failed|not|cannot|n.t) (?:to )?(?:be )?(?:process"
        + "|decode|load|read|open|identify|pars)\\w*[^.]{0,30}image"
        + "|(?:invalid|corrupt\\w*|bad|illegal)[_ ](?:image|base64)|image[_ ](?:format|type|dimension|size|pars)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Picture();
}
