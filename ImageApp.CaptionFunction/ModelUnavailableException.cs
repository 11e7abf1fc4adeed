namespace ImageApp.CaptionFunction;

/// <summary>The provider cannot be reached, is overloaded, fails, or gives no answer in time. It passes, and is tried again.</summary>
internal sealed class ModelUnavailableException(string reason, TimeSpan? wait = null, Exception? innerException = null)
    : ModelFailureException("model-unavailable", reason, innerException)
{
    /// <inheritdoc/>
    public override bool IsLasting => false;

    /// <summary>How long the provider asks to be left alone; null where it does not say.</summary>
    public TimeSpan? Wait { get; } = wait;
}
