using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Xml.Linq;
using ImageApp.LocalAws.Protocols;
using ImageApp.LocalAws.S3.Events;
using ImageApp.LocalAws.S3.Store;
using ImageApp.LocalAws.Signing;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.S3;

/// <summary>A request to S3 with its bucket and key.</summary>
internal sealed class S3Request(AwsRequest request, S3Address address, string? traceParent)
{
    private const int MaximumDocumentBytes = 2 * 1024 * 1024;

    /// <summary>The bucket's name; empty for the service itself.</summary>
    public string Bucket => address.Bucket;

    /// <summary>The key; empty for the bucket itself.</summary>
    public string Key => address.Key;

    public string RequestId => request.RequestId;

    public HttpRequest Http => request.HttpContext.Request;

    public HttpResponse Response => request.HttpContext.Response;

    public RequestSignature? Signature => request.Signature;

    public bool IsAnonymous => request.Signature is null;

    /// <summary>A header; null where it is missing or empty.</summary>
    public string? Header(string name) => Http.Headers[name].ToString() is { Length: > 0 } value ? value : null;

    /// <summary>A query parameter; null where it is missing.</summary>
    public string? Query(string name) => Http.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>A whole number in the query, within limits.</summary>
    /// <exception cref="AwsServiceException">It is no such number.</exception>
    public int? QueryNumber(string name, int minimum, int maximum)
    {
        if (Query(name) is not { Length: > 0 } text)
        {
            return null;
        }

        return
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= minimum
            && number <= maximum
            ? number
            : throw S3Errors.InvalidArgument($"{name} is '{text}'; it must be an integer between {minimum} and {maximum}.");
    }

    /// <summary>The body, unwrapped and verified as it is read to its end.</summary>
    /// <exception cref="AwsServiceException">Its length is not given.</exception>
    public PayloadStream OpenBody()
    {
        if (Http.ContentLength is null && Header("x-amz-decoded-content-length") is null)
        {
            throw new AwsServiceException(
                "MissingContentLength",
                "You must provide the Content-Length HTTP header.",
                HttpStatusCode.LengthRequired);
        }

        return PayloadStream.Open(Http, Signature);
    }

    /// <summary>Reads the body as an XML document; null where it is empty.</summary>
    /// <exception cref="AwsServiceException">It is too large, damaged, or no such document.</exception>
    public async Task<XElement?> ReadXmlAsync(string root, CancellationToken cancellationToken)
    {
        var document = await ReadDocumentAsync(cancellationToken);
        return document.Length == 0 ? null : S3Xml.Parse(document, root);
    }

    /// <summary>Reads the body as an XML document that must be there.</summary>
    public async Task<XElement> ReadRequiredXmlAsync(string root, CancellationToken cancellationToken) =>
        await ReadXmlAsync(root, cancellationToken)
        ?? throw new AwsServiceException("MissingRequestBodyError", $"Request body is empty; expected is an XML document {root}.");

    /// <summary>Reads a small body whole.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="isChecked">Whether the checksum in the headers is the body's.</param>
    public async Task<byte[]> ReadDocumentAsync(CancellationToken cancellationToken, bool isChecked = true)
    {
        var integrity = BodyIntegrity.Of(this);
        using var hasher = new ContentHasher(integrity.Algorithm);
        await using var body = PayloadStream.Open(Http, Signature);
        using var document = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int count; (count = await body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (document.Length + count > MaximumDocumentBytes)
            {
                throw new AwsServiceException(
                    "MaxMessageLengthExceeded",
                    $"Your request was too large: an XML or JSON document has at most {MaximumDocumentBytes} bytes.");
            }

            hasher.Append(buffer.AsSpan(0, count));
            document.Write(buffer, 0, count);
        }

        if (isChecked)
        {
            integrity.Verify(hasher, body.Trailers);
        }

        return document.ToArray();
    }

    /// <summary>What an event caused by this request says of it.</summary>
    public EventContext EventContext(string eventName) => new(
        eventName,
        IsAnonymous ? "Anonymous" : "AWS:" + Signature!.AccessKeyId,
        Http.HttpContext.Connection.RemoteIpAddress?.ToString() ?? "127.0.0.1",
        RequestId,
        Response.Headers["x-amz-id-2"].ToString(),
        traceParent);

    public Task WriteXmlAsync(XElement root, CancellationToken cancellationToken) => Response.WriteXmlAsync(root, cancellationToken);

    /// <summary>An opaque id that cannot be guessed.</summary>
    public static string NewOpaqueId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
}
