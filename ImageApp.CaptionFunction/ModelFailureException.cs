namespace ImageApp.CaptionFunction;

/// <summary>
/// The model gave no caption. The set of its types is closed, and the type decides what happens: after
/// <see cref="ModelDeclinedException"/> and <see cref="ModelPictureException"/> the picture is left as it is, after
/// <see cref="ModelAnswerException"/> and <see cref="ModelSettingException"/> until a setting changes, after
/// <see cref="ModelUnavailableException"/> it waits, and after <see cref="ModelQuotaException"/> all pictures do.
/// </summary>
internal abstract class ModelFailureException : Exception
{
    private protected ModelFailureException(string code, string reason, Exception? innerException)
        : base(reason, innerException) => Code = code;

    /// <summary>The failure's stable name, for example <c>declined</c>.</summary>
    public string Code { get; }
}
