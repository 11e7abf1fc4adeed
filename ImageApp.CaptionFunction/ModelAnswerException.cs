using ImageApp.Core;

namespace ImageApp.CaptionFunction;

/// <summary>The model answers, but nothing of its answer is a caption. The same would come again, until the settings change.</summary>
internal sealed class ModelAnswerException : ModelFailureException
{
    private ModelAnswerException(string code, string reason)
        : base(code, reason, innerException: null)
    {
    }

    /// <summary>There is no text in the answer, also when asked again.</summary>
    public static ModelAnswerException Empty() => new(FailureCodes.EmptyAnswer, "The model gave an empty answer, twice.");

    /// <summary>All tokens went into thinking, or into a text that holds not one whole sentence.</summary>
    /// <param name="tokens">How many tokens the answer was allowed to have.</param>
    public static ModelAnswerException TooLong(int tokens)
    {
        var setting = CaptioningOptions.NameOf(nameof(CaptioningOptions.MaxOutputTokens));
        return new(
            FailureCodes.AnswerTooLong,
            FormattableString.Invariant($"The model's answer did not fit into {tokens} tokens: raise {setting}."));
    }
}
