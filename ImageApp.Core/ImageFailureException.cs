namespace ImageApp.Core;

/// <summary>
/// A step cannot make its result of an image. The reason is stored and shown; where it is final, trying again would not help.
/// </summary>
public sealed class ImageFailureException : Exception
{
    /// <summary>Creates it with the reason.</summary>
    public ImageFailureException(FailureReason reason)
        : base(reason.Text) => Reason = reason;

    /// <summary>Creates it with the reason and what made it known.</summary>
    public ImageFailureException(FailureReason reason, Exception innerException)
        : base(reason.Text, innerException) => Reason = reason;

    /// <summary>Why.</summary>
    public FailureReason Reason { get; }
}
