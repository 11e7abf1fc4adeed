using System.Text;

namespace ImageApp.LocalAws.Sqs;

/// <summary>The handles by which received messages are deleted: opaque to clients, readable here.</summary>
internal static class ReceiptHandle
{
    /// <summary>A new handle, of one receive of one message.</summary>
    public static string Create(string queueArn, string messageId) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Guid.NewGuid():N} {queueArn} {messageId}"));

    /// <summary>The message that a handle belongs to.</summary>
    /// <exception cref="AwsServiceException"><c>ReceiptHandleIsInvalid</c>: it is none, or one of another queue.</exception>
    public static string MessageIdOf(string handle, string queueArn)
    {
        var bytes = new byte[handle.Length];
        return Convert.TryFromBase64String(handle, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length).Split(' ') is [_, var queue, var messageId]
            && queue == queueArn
            ? messageId
            : throw new AwsServiceException(
                "ReceiptHandleIsInvalid",
                $"The input receipt handle \"{handle}\" is not a valid receipt handle.",
                System.Net.HttpStatusCode.NotFound);
    }
}
