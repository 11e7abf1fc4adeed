using System.Net;
using System.Text;

namespace ImageApp.LocalAws;

/// <summary>An error as an AWS service reports it: a code that clients match on, a message for people and an HTTP status.</summary>
public sealed class AwsServiceException : Exception
{
    // A message tells what was sent, and half of a surrogate pair in it could not be written into an answer.

    /// <summary>Creates the error.</summary>
    /// <param name="code">The service's error code, for example <c>NoSuchBucket</c>.</param>
    /// <param name="message">What was wrong, naming it.</param>
    /// <param name="status">The HTTP status it is answered with.</param>
    public AwsServiceException(string code, string message, HttpStatusCode status = HttpStatusCode.BadRequest)
        : base(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(message)))
    {
        Code = code;
        Status = status;
    }

    /// <summary>The service's error code.</summary>
    public string Code { get; }

    /// <summary>What S3's errors tell beside the message, by the element's name: the bucket, the key, the condition, the region.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; }
}
