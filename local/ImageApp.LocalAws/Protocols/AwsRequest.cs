using ImageApp.LocalAws.Signing;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Protocols;

/// <summary>A request to one AWS service.</summary>
internal sealed class AwsRequest(HttpContext httpContext, string requestId, RequestSignature? signature, ReadOnlyMemory<byte> body)
{
    public HttpContext HttpContext { get; } = httpContext;

    /// <summary>As it is answered in <c>x-amz-request-id</c> or <c>x-amzn-RequestId</c>.</summary>
    public string RequestId { get; } = requestId;

    /// <summary>The verified signature; null for an unsigned request, which only a service that does not buffer bodies gets.</summary>
    public RequestSignature? Signature { get; } = signature;

    /// <summary>The verified body; empty for a service that does not buffer bodies.</summary>
    public ReadOnlyMemory<byte> Body { get; } = body;

    /// <summary>The operation, for the span's name, metrics and logs; a service sets it as soon as it knows.</summary>
    public string? Operation { get; set; }
}
