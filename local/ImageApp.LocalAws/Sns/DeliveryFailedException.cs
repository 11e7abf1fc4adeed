namespace ImageApp.LocalAws.Sns;

/// <summary>A delivery did not arrive.</summary>
/// <param name="message">What happened.</param>
/// <param name="isPermanent">Whether another attempt would fail in the same way.</param>
/// <param name="innerException">What caused it.</param>
internal sealed class DeliveryFailedException(string message, bool isPermanent, Exception? innerException = null) : Exception(message, innerException)
{
    public bool IsPermanent { get; } = isPermanent;
}
