namespace ImageApp.Core.Storage;

/// <summary>The bucket does not answer, or refuses, or sends something else than it took: what was asked of it may work later.</summary>
public sealed class BucketUnavailableException : Exception
{
    /// <summary>Creates it with what the bucket said.</summary>
    public BucketUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
