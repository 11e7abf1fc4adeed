namespace ImageApp.CaptionFunction;

/// <summary>
/// The model gave no caption. The set of its types is closed, and the type decides what happens: <see cref="ModelDeclinedException"/>,
/// <see cref="ModelAnswerException"/>, <see cref="ModelPictureException"/> and <see cref="ModelSettingException"/> are stored with the
/// picture;
/// <see cref="ModelQuotaException"/> and <see cref="ModelUnavailableException"/> pass by themselves.
/// </summary>
internal abstract class ModelFailureException : Exception
{
    private protected ModelFailureException(string code, string reason, Exception? innerException)
        : base(reason, innerException) => Code = code;

    /// <summary>The failure's stable name, for example <c>declined</c>.</summary>
    public string Code { get; }

    /// <summary>Whether asking again with the same settings would give the same: then the reason belongs to the picture.</summary>
    public virtual bool IsLasting => true;
}
