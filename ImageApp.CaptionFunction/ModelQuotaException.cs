using ImageApp.Core;

namespace ImageApp.CaptionFunction;

/// <summary>The provider counts, and its limit is reached. No picture is at fault; all wait until then.</summary>
internal sealed class ModelQuotaException(QuotaKind kind, DateTimeOffset retryAt, Exception? innerException = null)
    : ModelFailureException(FailureCodes.QuotaPaused, Describe(kind, retryAt), innerException)
{
    /// <inheritdoc/>
    public override bool IsLasting => false;

    /// <summary>What is used up.</summary>
    public QuotaKind Kind { get; } = kind;

    /// <summary>When the provider may be asked again: what it said, else what is usual.</summary>
    public DateTimeOffset RetryAt { get; } = retryAt;

    private static string Describe(QuotaKind kind, DateTimeOffset retryAt) => FormattableString.Invariant(kind switch
    {
        QuotaKind.Day =>
            $"The model provider's quota of the day is used up (429); captions go on at {retryAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC.",
        QuotaKind.Credit =>
            $"The model provider's account has no credit left; it is asked again at {retryAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC.",
        _ =>
            $"The model provider takes no more requests for now (429); it is asked again at {retryAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC.",
    });
}
