using ImageApp.Core;

namespace ImageApp.CaptionFunction;

/// <summary>The provider cannot be reached, is overloaded, fails, or gives no answer in time. It passes, and is tried again.</summary>
internal sealed class ModelUnavailableException : ModelFailureException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">What happened, in a person's words.</param>
    /// <param name="wait">How long the provider asks to be left alone; null where it does not say.</param>
    /// <param name="innerException">The provider's words.</param>
    public ModelUnavailableException(string reason, TimeSpan? wait = null, Exception? innerException = null)
        : this(FailureCodes.ProviderAway, reason, innerException) => Wait = wait;

    private ModelUnavailableException(string code, string reason, Exception? innerException)
        : base(code, reason, innerException)
    {
    }

    /// <summary>How long the provider asks to be left alone; null where it does not say.</summary>
    public TimeSpan? Wait { get; }

    /// <summary>The answer takes longer than it may.</summary>
    public static ModelUnavailableException Timeout(string model, TimeSpan timeout, Exception innerException)
    {
        var setting = CaptioningOptions.NameOf(nameof(CaptioningOptions.Timeout));
        var seconds = timeout.TotalSeconds;
        var reason = FormattableString.Invariant($"The model {model} gave no answer within {seconds:0.#} seconds ({setting}).");
        return new(FailureCodes.ModelTimeout, reason, innerException);
    }
}
