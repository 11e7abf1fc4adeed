namespace ImageApp.Core.Storage;

/// <summary>The bucket does not answer, or refuses: what was asked of it may work later.</summary>
public sealed class BucketUnavailableException : Exception
{
    /// <summary>Creates it with what the bucket said.</summary>
    public BucketUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
