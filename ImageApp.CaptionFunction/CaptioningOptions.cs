using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImageApp.Core;
using ImageApp.Core.Catalogue;

namespace ImageApp.CaptionFunction;

/// <summary>How captions are written. Configuration section <c>Captioning</c>.</summary>
internal sealed record CaptioningOptions
{
    /// <summary>The configuration section's name.</summary>
    public const string Section = "Captioning";

    /// <summary>A setting's full name, for example <c>Captioning:Model</c>.</summary>
    public static string NameOf(string option) => $"{Section}:{option}";

    private static readonly Uri DefaultBaseUrl = new("https://generativelanguage.googleapis.com/v1beta/openai/");

    /// <summary>The model provider's key. A server of one's own needs none.</summary>
    public string? ApiKey { get; set; }

    /// <summary>The base URL of an OpenAI-compatible API; Gemini's by default.</summary>
    public Uri BaseUrl { get; set; } = DefaultBaseUrl;

    /// <summary>The model, or an alias the provider resolves.</summary>
    public string Model { get; set; } = "gemini-flash-latest";

    /// <summary>What the model is asked.</summary>
    public string Prompt { get; set; } =
        "Describe this picture in one paragraph of plain text, focusing on the main subjects, setting, and notable features. "
        + "The text is shown below the picture and read aloud to people who cannot see it. Write only the description.";

    /// <summary>The captions' language as a BCP 47 tag, for example <c>de</c> or <c>pt-BR</c>; where it is not set, the prompt's.</summary>
    public string? Language { get; set; }

    /// <summary>
    /// How much the model thinks first, in the provider's word: <c>none</c>, <c>minimal</c>, <c>low</c> and so on. Where it is not set,
    /// <c>low</c> is
    /// asked of providers known to understand it, and nothing of others.
    /// </summary>
    public string? ReasoningEffort { get; set; }

    /// <summary>How long one answer may take. An invocation has time for two.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The most tokens an answer may have, the model's thoughts included. An answer that they do not suffice for gets four times
    /// as many, once.</summary>
    public int MaxOutputTokens { get; set; } = 4096;

    /// <summary>The longest wait that a provider asks for and that is spent within the invocation.</summary>
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How often a day, in UTC, the model is asked at most, by all instances together; null without a limit.</summary>
    public int? MaxPerDay { get; set; }

    /// <summary>Whether there is a key.</summary>
    public bool HasKey => !string.IsNullOrWhiteSpace(ApiKey);

    /// <summary>Whether the provider is the default one.</summary>
    public bool IsDefaultBaseUrl => BaseUrl == DefaultBaseUrl;

    /// <summary>Whether a model is asked: there is a key, or the address of a server that may need none.</summary>
    public bool UsesModel => HasKey || !IsDefaultBaseUrl;

    /// <summary>What the model is asked, in words for it.</summary>
    public string FullPrompt => Language is null ? Prompt : $"{Prompt} Write in {LanguageTag.Describe(Language)}.";

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">An option is not valid; the message names it.</exception>
    public CaptioningOptions Validated()
    {
        // A variable that is set to nothing is not set.
        BaseUrl = BaseUrl is null || BaseUrl.OriginalString.Trim().Length == 0 ? DefaultBaseUrl : BaseUrl;
        Language = string.IsNullOrWhiteSpace(Language) ? null : Language.Trim();
        ReasoningEffort = string.IsNullOrWhiteSpace(ReasoningEffort) ? null : ReasoningEffort.Trim();
        var isHttp = BaseUrl.IsAbsoluteUri && BaseUrl.Scheme is "http" or "https";
        OptionsCheck.Require(isHttp, Section, nameof(BaseUrl), BaseUrl, "an http or https URL");
        var isPrintable = !HasKey || ApiKey!.Trim().All(c => c is > ' ' and < '\x7F');
        OptionsCheck.Require(isPrintable, Section, nameof(ApiKey), "***", "a key of printable ASCII characters");
        OptionsCheck.Require(Model.Length > 0, Section, nameof(Model), Model, "a model's name");
        OptionsCheck.Require(Prompt.Length > 0, Section, nameof(Prompt), Prompt, "a text");
        var isTag = Language is null || LanguageTag.IsWellFormed(Language);
        OptionsCheck.Require(isTag, Section, nameof(Language), Language ?? "", "a language tag: de, pt-BR");
        var isBounded = Timeout > TimeSpan.Zero && Timeout <= TimeSpan.FromMinutes(4);
        OptionsCheck.Require(isBounded, Section, nameof(Timeout), Timeout, "more than zero, at most four minutes");
        OptionsCheck.Require(MaxOutputTokens > 0, Section, nameof(MaxOutputTokens), MaxOutputTokens, "1 or more");
        OptionsCheck.Require(MaxPerDay is null or > 0, Section, nameof(MaxPerDay), MaxPerDay ?? 0, "1 or more");
        Language = Language is null ? null : LanguageTag.Normalize(Language);
        return this;
    }

    /// <summary>What all instances need to know of these settings. The key is in the hash, from which nobody reads it.</summary>
    public CaptioningSettings ToSettings()
    {
        string?[] values = UsesModel
            ?
            [
                BaseUrl.ToString(), Model, ApiKey?.Trim(), Prompt, Language, ReasoningEffort,
                Invariant(MaxOutputTokens), Invariant(MaxPerDay), Timeout.ToString("c", CultureInfo.InvariantCulture),
            ]
            : [CaptioningState.OfflineModel];
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', values)));
        return new CaptioningSettings(hash, UsesModel ? Model : null, UsesModel ? MaxPerDay : null);

        static string? Invariant(int? number) => number?.ToString(CultureInfo.InvariantCulture);
    }
}
