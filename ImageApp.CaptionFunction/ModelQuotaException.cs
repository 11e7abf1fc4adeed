using ImageApp.Core;

namespace ImageApp.CaptionFunction;

/// <summary>The provider counts, or the gallery does, and the limit is reached. No picture is at fault; all wait until then.</summary>
internal sealed class ModelQuotaException : ModelFailureException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="kind">What is used up.</param>
    /// <param name="retryAt">When the provider may be asked again.</param>
    /// <param name="innerException">The provider's words.</param>
    public ModelQuotaException(QuotaKind kind, DateTimeOffset retryAt, Exception? innerException = null)
        : this(kind, retryAt, Describe(kind, retryAt), innerException)
    {
    }

    private ModelQuotaException(QuotaKind kind, DateTimeOffset retryAt, string reason, Exception? innerException)
        : base(FailureCodes.QuotaPaused, reason, innerException) => (Kind, RetryAt) = (kind, retryAt);

    /// <summary>What is used up.</summary>
    public QuotaKind Kind { get; }

    /// <summary>When the provider may be asked again: what it said, else what is usual.</summary>
    public DateTimeOffset RetryAt { get; }

    /// <summary>The gallery's own limit is reached.</summary>
    /// <param name="maxPerDay">The limit.</param>
    /// <param name="retryAt">When the next day begins.</param>
    public static ModelQuotaException OwnLimit(int maxPerDay, DateTimeOffset retryAt)
    {
        var setting = CaptioningOptions.NameOf(nameof(CaptioningOptions.MaxPerDay));
        var reason = $"The model was asked {maxPerDay} times today, which is the limit ({setting}); ";
        return new(
            QuotaKind.Own,
            retryAt,
            FormattableString.Invariant($"{reason}captions go on at {retryAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC."),
            innerException: null);
    }

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
