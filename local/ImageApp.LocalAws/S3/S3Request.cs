using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ImageApp.LocalAws.Protocols;
using ImageApp.LocalAws.S3.Events;
using ImageApp.LocalAws.S3.Store;
using ImageApp.LocalAws.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ImageApp.LocalAws.S3;

/// <summary>A request to S3 with its bucket and key.</summary>
/// <param name="request">The request.</param>
/// <param name="address">Bucket and key.</param>
/// <param name="traceParent">The trace it is part of.</param>
/// <param name="form">The fields of a form, which take the place of headers; null for any other request.</param>
internal sealed partial class S3Request(AwsRequest request, S3Address address, string? traceParent, PostForm? form = null)
{
    private const string AmzPrefix = "x-amz-";

    private const int MaximumDocumentBytes = 2 * 1024 * 1024;

    /// <summary>The bucket's name; empty for the service itself.</summary>
    public string Bucket => address.Bucket;

    /// <summary>The key; empty for the bucket itself.</summary>
    public string Key => address.Key;

    /// <summary>The version that is asked for; null for the current one.</summary>
    public string? VersionId => Query("versionId") is { } version ? RequireVersionId(version) : null;

    public string RequestId => request.RequestId;

    public HttpRequest Http => request.HttpContext.Request;

    public HttpResponse Response => request.HttpContext.Response;

    public RequestSignature? Signature => request.Signature;

    public bool IsAnonymous => request.Signature is null;

    /// <summary>The same request as a form that was signed by somebody, or by nobody, and that names its key itself.</summary>
    public S3Request AsForm(PostForm fields, string key, RequestSignature? signature) =>
        new(new AwsRequest(request.HttpContext, request.RequestId, signature, default), address with { Key = key }, traceParent, fields);

    /// <summary>
    /// A header; null where it is missing or empty. A presigned address may carry <c>x-amz-*</c> in its query instead, as SDKs put them
    /// there.
    /// </summary>
    public string? Header(string name)
    {
        if (form is not null)
        {
            return form.Field(name);
        }

        if (Http.Headers[name].ToString() is { Length: > 0 } value)
        {
            return value;
        }

        return Signature is { IsPresigned: true }
            && name.StartsWith(AmzPrefix, StringComparison.OrdinalIgnoreCase)
            && Http.Query[name].ToString() is { Length: > 0 } inQuery
            ? inQuery
            : null;
    }

    /// <summary>The headers whose names begin with <paramref name="prefix"/>, in lower case and without it.</summary>
    public IEnumerable<KeyValuePair<string, string>> HeadersStartingWith(string prefix)
    {
        var names = form?.Names ?? (Signature is { IsPresigned: true } ? Http.Headers.Keys.Concat(Http.Query.Keys) : Http.Headers.Keys);
        return names
            .Where(name => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .Select(name => name.ToLowerInvariant())
            .Distinct()
            .Select(name => KeyValuePair.Create(name[prefix.Length..], Header(name) ?? ""));
    }

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

    /// <summary>The boundary of a form, where the request is one that uploads a file.</summary>
    public string? FormBoundary =>
        HttpMethods.IsPost(Http.Method)
        && MediaTypeHeaderValue.TryParse(Http.ContentType, out var type)
        && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            ? HeaderUtilities.RemoveQuotes(type.Boundary).Value
            : null;

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

    /// <summary>A version id, if it may be one.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidArgument</c>.</exception>
    public static string RequireVersionId(string version) =>
        version == StoredObject.NullVersion || VersionPattern().IsMatch(version)
            ? version
            : throw S3Errors.InvalidArgument(
                version.Length == 0 ? "Version id cannot be the empty string" : $"Invalid version id specified: '{version}'.");

    public Task WriteXmlAsync(XElement root, CancellationToken cancellationToken) => Response.WriteXmlAsync(root, cancellationToken);

    /// <summary>An opaque id that cannot be guessed.</summary>
    public static string NewOpaqueId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    [GeneratedRegex("^[A-Za-z0-9_-]{32}$")]
    private static partial Regex VersionPattern();
}
