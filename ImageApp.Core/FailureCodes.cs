namespace ImageApp.Core;

/// <summary>The stable names of all reasons why an image has no thumbnail or no caption. A column and the API carry them.</summary>
public static class FailureCodes
{
    /// <summary>The file has no content.</summary>
    public const string EmptyFile = "empty-file";

    /// <summary>The file has more bytes than allowed.</summary>
    public const string FileTooLarge = "file-too-large";

    /// <summary>The content is none of the formats.</summary>
    public const string NotAnImage = "not-an-image";

    /// <summary>The format is taken, and this way of coding it is not: there is no decoder.</summary>
    public const string UnsupportedCoding = "unsupported-coding";

    /// <summary>A side has more pixels than allowed.</summary>
    public const string SideTooLong = "side-too-long";

    /// <summary>The image has more pixels than allowed.</summary>
    public const string TooManyPixels = "too-many-pixels";

    /// <summary>Decoding would take more memory than allowed.</summary>
    public const string TooMuchMemory = "too-much-memory";

    /// <summary>Decoding it took longer than allowed and was ended.</summary>
    public const string DecodeTooLong = "decode-too-long";

    /// <summary>The file is cut short or corrupt, and nothing of it can be read.</summary>
    public const string Damaged = "damaged";

    /// <summary>The bucket no longer holds the original: written by older versions, where such a picture leaves the gallery now.</summary>
    public const string OriginalMissing = "original-missing";

    /// <summary>The model refuses to describe the picture.</summary>
    public const string Declined = "declined";

    /// <summary>The model has nothing to say.</summary>
    public const string EmptyAnswer = "empty-answer";

    /// <summary>The provider has no model of the configured name.</summary>
    public const string ModelUnknown = "model-unknown";

    /// <summary>The configured model takes no pictures.</summary>
    public const string ModelTextOnly = "model-text-only";

    /// <summary>The provider refuses the configured key.</summary>
    public const string KeyRefused = "key-refused";

    /// <summary>The answer does not fit into the configured number of tokens.</summary>
    public const string AnswerTooLong = "answer-too-long";

    /// <summary>The provider's quota is used up until later.</summary>
    public const string QuotaPaused = "quota-paused";

    /// <summary>The provider cannot be reached, is overloaded, or fails.</summary>
    public const string ProviderAway = "provider-away";

    /// <summary>The model gives no answer in the time that it has.</summary>
    public const string ModelTimeout = "model-timeout";

    /// <summary>No OpenAI-compatible API answers at the configured address.</summary>
    public const string ProviderUnknown = "provider-unknown";

    /// <summary>The provider refuses the request as the settings make it.</summary>
    public const string RequestRefused = "request-refused";

    /// <summary>The provider cannot take this picture, also not a smaller version of it.</summary>
    public const string PictureRefused = "picture-refused";

    /// <summary>Reasons that a setting or time can take away: they are shown, and the step is still tried again.</summary>
    public static IReadOnlyList<string> Passing { get; } =
        [ModelUnknown, ModelTextOnly, KeyRefused, ProviderUnknown, RequestRefused, AnswerTooLong, .. Waiting, ModelTimeout];

    /// <summary>Reasons that time alone takes away: nobody has to do anything.</summary>
    public static IReadOnlyList<string> Waiting => [QuotaPaused, ProviderAway];

    /// <summary>Whether trying again would not help. So it is with a code of another version, too.</summary>
    public static bool IsFinal(string? code) => code is null || !Passing.Contains(code);
}
