namespace ImageApp.CaptionFunction.Provider;

/// <summary>What a provider answered instead of a completion, in its own words; always the inner exception of a <see
/// cref="ModelFailureException"/>.</summary>
internal sealed class ProviderException(ProviderError error) : Exception($"The model provider answered {error.Status}: {error.Text}")
{
    /// <summary>The answer.</summary>
    public ProviderError Error { get; } = error;
}
