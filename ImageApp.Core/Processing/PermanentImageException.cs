namespace ImageApp.Core.Processing;

/// <summary>An image can never be processed: the message is the reason, in a person's words, and is stored and shown. Retrying would not help.</summary>
public sealed class PermanentImageException : Exception
{
    /// <summary>Creates it with the reason.</summary>
    public PermanentImageException(string reason)
        : base(reason)
    {
    }

    /// <summary>Creates it with the reason and what made it known.</summary>
    public PermanentImageException(string reason, Exception innerException)
        : base(reason, innerException)
    {
    }
}
