namespace ImageApp.CaptionFunction.Provider;

/// <summary>By which name a provider knows the most tokens of an answer.</summary>
internal enum TokenLimitName
{
    /// <summary><c>max_completion_tokens</c>.</summary>
    MaxCompletionTokens,

    /// <summary><c>max_tokens</c>.</summary>
    MaxTokens,

    /// <summary>By none: its own limit counts.</summary>
    None,
}
