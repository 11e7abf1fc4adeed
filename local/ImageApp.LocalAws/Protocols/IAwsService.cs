using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Protocols;

/// <summary>One AWS service on local AWS's port; <see cref="RequestDispatcher"/> finds it by <see cref="SigningName"/>.</summary>
internal interface IAwsService
{
    /// <summary>The service's name in a credential scope, for example <c>sns</c>.</summary>
    string SigningName { get; }

    /// <summary>The service's name in spans and logs, for example <c>SNS</c>.</summary>
    string DisplayName { get; }

    /// <summary>How the service's protocol writes an error.</summary>
    AwsErrorFormat ErrorFormat { get; }

    /// <summary>How the protocol of this request writes an error; some services speak several.</summary>
    AwsErrorFormat ErrorFormatOf(HttpRequest request) => ErrorFormat;

    /// <summary>
    /// Whether the body is read, verified against the signature and put back as a seekable <c>HttpContext.Request.Body</c>
    /// before <see cref="HandleAsync"/>. False where objects of any size stream through and the service verifies as it reads;
    /// such a service also gets unsigned requests and decides on them itself.
    /// </summary>
    bool BuffersBody => true;

    /// <summary>Answers a request whose signature has been verified.</summary>
    /// <exception cref="AwsServiceException">The request is refused; it is answered in <see cref="ErrorFormat"/>.</exception>
    Task HandleAsync(AwsRequest request, CancellationToken cancellationToken);
}
