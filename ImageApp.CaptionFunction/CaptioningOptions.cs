using ImageApp.Core;

namespace ImageApp.CaptionFunction;

/// <summary>How captions are written. Configuration section <c>Captioning</c>.</summary>
internal sealed record CaptioningOptions
{
    /// <summary>The configuration section's name.</summary>
    public const string Section = "Captioning";

    /// <summary>The model provider's key; without one the offline describer is used.</summary>
    public string? ApiKey { get; set; }

    /// <summary>The base URL of an OpenAI-compatible API; Gemini's by default.</summary>
    public Uri BaseUrl { get; set; } = new("https://generativelanguage.googleapis.com/v1beta/openai/");

    /// <summary>The model, or an alias the provider resolves.</summary>
    public string Model { get; set; } = "gemini-flash-latest";

    /// <summary>What the model is asked.</summary>
    public string Prompt { get; set; } =
        "Describe this picture in one paragraph of plain text, focusing on the main subjects, setting, and notable features. "
        + "The text is shown below the picture and read aloud to people who cannot see it. Write only the description.";

    /// <summary>How long one answer may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The most tokens an answer may have.</summary>
    public int MaxOutputTokens { get; set; } = 1024;

    /// <summary>The longest wait that a Retry-After is obeyed within the invocation; beyond it Lambda retries.</summary>
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">An option is not valid; the message names it.</exception>
    public CaptioningOptions Validated()
    {
        var isHttp = BaseUrl.IsAbsoluteUri && BaseUrl.Scheme is "http" or "https";
        OptionsCheck.Require(isHttp, Section, nameof(BaseUrl), BaseUrl, "an http or https URL");
        OptionsCheck.Require(Model.Length > 0, Section, nameof(Model), Model, "a model's name");
        OptionsCheck.Require(Prompt.Length > 0, Section, nameof(Prompt), Prompt, "a text");
        var isBounded = Timeout > TimeSpan.Zero && Timeout <= TimeSpan.FromMinutes(4);
        OptionsCheck.Require(isBounded, Section, nameof(Timeout), Timeout, "more than zero, at most four minutes");
        OptionsCheck.Require(MaxOutputTokens > 0, Section, nameof(MaxOutputTokens), MaxOutputTokens, "1 or more");
        return this;
    }
}
