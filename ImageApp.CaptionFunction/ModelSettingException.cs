using ImageApp.Core;

namespace ImageApp.CaptionFunction;

/// <summary>A setting is wrong. Every picture fails until it is mended, so none is worth a retry before.</summary>
internal sealed class ModelSettingException : ModelFailureException
{
    private static readonly string Model = CaptioningOptions.NameOf(nameof(CaptioningOptions.Model));
    private static readonly string ApiKey = CaptioningOptions.NameOf(nameof(CaptioningOptions.ApiKey));
    private static readonly string BaseUrl = CaptioningOptions.NameOf(nameof(CaptioningOptions.BaseUrl));

    private ModelSettingException(string code, string setting, string reason, Exception? innerException)
        : base(code, reason, innerException) => Setting = setting;

    /// <summary>The setting's full name, for example <c>Captioning:Model</c>.</summary>
    public string Setting { get; }

    /// <summary>The provider has no such model, or has it no longer.</summary>
    public static ModelSettingException UnknownModel(string model, Exception? innerException = null) =>
        new(FailureCodes.ModelUnknown, Model, $"The model provider knows no model {model}: correct {Model}.", innerException);

    /// <summary>The model takes text only.</summary>
    public static ModelSettingException TextOnlyModel(string model, Exception? innerException = null) =>
        new(FailureCodes.ModelTextOnly, Model, $"The model {model} takes no pictures: set {Model} to one that does.", innerException);

    /// <summary>The key is refused, or there is none and the provider wants one.</summary>
    public static ModelSettingException Key(bool hasKey, Exception? innerException = null)
    {
        var reason = hasKey ? $"The model provider refuses the key: correct {ApiKey}." : $"The model provider wants a key: set {ApiKey}.";
        return new(FailureCodes.KeyRefused, ApiKey, reason, innerException);
    }

    /// <summary>What answers at the address is no OpenAI-compatible API, or there is no such address.</summary>
    public static ModelSettingException Address(Exception? innerException = null) =>
        new(
            FailureCodes.ProviderUnknown,
            BaseUrl,
            $"No OpenAI-compatible API answers at the address in {BaseUrl}: correct it.",
            innerException);

    /// <summary>The provider refuses the request for a reason of its own, which the log has.</summary>
    public static ModelSettingException Request(int status, Exception? innerException = null)
    {
        var reason = $"The model provider refuses the request ({status}), and the log has its words: look at {Model} and {BaseUrl}.";
        return new(FailureCodes.RequestRefused, Model, reason, innerException);
    }
}
