using System.Text;
using ImageApp.LocalAws.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace ImageApp.LocalAws;

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

    /// <summary>The parameters of the Query protocol: those of a form body, then those of the URL.</summary>
    public IReadOnlyDictionary<string, string> ReadQueryParameters()
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        if (HttpContext.Request.HasFormContentType)
        {
            foreach (var (name, values) in QueryHelpers.ParseQuery(Encoding.UTF8.GetString(Body.Span)))
            {
                parameters[name] = values.ToString();
            }
        }

        foreach (var (name, values) in HttpContext.Request.Query)
        {
            parameters.TryAdd(name, values.ToString());
        }

        return parameters;
    }
}
