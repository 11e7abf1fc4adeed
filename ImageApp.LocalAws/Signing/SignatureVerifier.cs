using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Signing;

/// <summary>Verifies AWS Signature Version 4 (IAM User Guide, "AWS Signature Version 4 for API requests"), in headers and in presigned URLs.</summary>
internal sealed class SignatureVerifier(LocalAwsOptions options, TimeProvider? time = null)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string UnsignedPayload = "UNSIGNED-PAYLOAD";
    private static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan MaxExpiry = TimeSpan.FromDays(7);

    /// <summary>The service named by the request's credential scope; null where it is not signed.</summary>
    public static string? ScopeService(HttpRequest request)
    {
        var credential = request.Headers.Authorization is [{ } header] && SignatureParts.TryParseHeader(header, out var parts)
            ? parts.Credential
            : request.Query["X-Amz-Credential"].ToString();
        var scope = credential.Split('/');
        return scope.Length == 5 ? scope[3] : null;
    }

    /// <summary>Verifies a request whose whole body is at hand.</summary>
    /// <exception cref="AwsServiceException">403: not signed, wrongly signed, too old, or for another region or service.</exception>
    public void VerifyBody(HttpRequest request, string service, byte[] body)
    {
        var parts = HeaderParts(request);
        Verify(request, parts, service, Convert.ToHexStringLower(SHA256.HashData(body)));
    }

    /// <summary>Verifies an S3 request by its headers or its presigned URL; the body is verified while it is read.</summary>
    /// <returns>What the body must satisfy.</returns>
    /// <exception cref="AwsServiceException">403: not signed, wrongly signed, too old, expired, or for another region or service.</exception>
    public PayloadSignature VerifyS3(HttpRequest request)
    {
        if (request.Query.ContainsKey("X-Amz-Signature"))
        {
            VerifyPresigned(request);
            return new PayloadSignature(PayloadKind.Unsigned, "", [], "", "");
        }

        var parts = HeaderParts(request);
        var contentHash = request.Headers["x-amz-content-sha256"] is [{ Length: > 0 } value]
            ? value
            : throw Forbidden("InvalidRequest", "Missing required header for this request: x-amz-content-sha256", HttpStatusCode.BadRequest);
        var key = Verify(request, parts, "s3", contentHash);
        return new PayloadSignature(
            contentHash switch
            {
                UnsignedPayload => PayloadKind.Unsigned,
                "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => PayloadKind.ChunkedWithTrailer,
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => PayloadKind.SignedChunks,
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => PayloadKind.SignedChunksWithTrailer,
                _ when contentHash.Length == 64 => PayloadKind.Hashed,
                _ => throw Forbidden("InvalidArgument", $"x-amz-content-sha256 '{contentHash}' is not a hash or a known streaming mode.", HttpStatusCode.BadRequest),
            },
            contentHash, key, parts.Signature, Timestamp(request) + "\n" + parts.Scope);
    }

    private SignatureParts HeaderParts(HttpRequest request)
    {
        if (request.Headers.Authorization is not [{ Length: > 0 } header])
        {
            throw Forbidden("AccessDenied", "Access Denied: the request is not signed. Sign it with AWS Signature Version 4.");
        }

        if (!SignatureParts.TryParseHeader(header, out var parts))
        {
            throw Forbidden("AuthorizationHeaderMalformed", $"The authorization header is malformed; it must be '{Algorithm} Credential=..., SignedHeaders=..., Signature=...'.", HttpStatusCode.BadRequest);
        }

        return parts;
    }

    private byte[] Verify(HttpRequest request, SignatureParts parts, string service, string payloadHash)
    {
        var timestamp = Timestamp(request);
        var at = ParseTimestamp(timestamp);
        if ((Now - at).Duration() > MaxSkew)
        {
            throw Forbidden("RequestTimeTooSkewed", "The difference between the request time and the current time is too large; at most 15 minutes are allowed.");
        }

        if (!parts.SignedHeaders.Contains("host"))
        {
            throw Forbidden("SignatureDoesNotMatch", "The header 'host' must be among the signed headers.");
        }

        var key = SigningKey(parts, service, timestamp);
        var canonical = CanonicalRequest(request, parts.SignedHeaders, payloadHash, presigned: false);
        Compare(key, StringToSign(timestamp, parts.Scope, canonical), parts.Signature);
        return key;
    }

    private void VerifyPresigned(HttpRequest request)
    {
        var query = request.Query;
        if (query["X-Amz-Algorithm"] != Algorithm)
        {
            throw Forbidden("AuthorizationQueryParametersError", $"X-Amz-Algorithm only supports \"{Algorithm}\".", HttpStatusCode.BadRequest);
        }

        var timestamp = query["X-Amz-Date"].ToString();
        var at = ParseTimestamp(timestamp);
        if (!int.TryParse(query["X-Amz-Expires"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds < 1 || seconds > MaxExpiry.TotalSeconds)
        {
            throw Forbidden("AuthorizationQueryParametersError", "X-Amz-Expires must be between 1 and 604800 seconds (a week).", HttpStatusCode.BadRequest);
        }

        if (at - Now > MaxSkew)
        {
            throw Forbidden("AccessDenied", "Request is not valid yet");
        }

        if (at.AddSeconds(seconds) < Now)
        {
            throw Forbidden("AccessDenied", "Request has expired");
        }

        var parts = new SignatureParts(query["X-Amz-Credential"].ToString(), query["X-Amz-SignedHeaders"].ToString().Split(';'), query["X-Amz-Signature"].ToString());
        var key = SigningKey(parts, "s3", timestamp);
        var canonical = CanonicalRequest(request, parts.SignedHeaders, UnsignedPayload, presigned: true);
        Compare(key, StringToSign(timestamp, parts.Scope, canonical), parts.Signature);

        // Any x-amz- header that is not signed could change what the signer allowed.
        foreach (var header in request.Headers.Keys.Select(name => name.ToLowerInvariant()))
        {
            if (header.StartsWith("x-amz-", StringComparison.Ordinal) && header != "x-amz-content-sha256" && !parts.SignedHeaders.Contains(header))
            {
                throw Forbidden("AccessDenied", $"There were headers present in the request which were not signed: {header}");
            }
        }
    }

    private byte[] SigningKey(SignatureParts parts, string service, string timestamp)
    {
        var credential = parts.Credential.Split('/');
        if (credential.Length != 5 || credential[4] != "aws4_request")
        {
            throw Forbidden("AuthorizationHeaderMalformed", "The credential must be KEY/DATE/REGION/SERVICE/aws4_request.", HttpStatusCode.BadRequest);
        }

        if (credential[0] != options.AccessKeyId)
        {
            throw Forbidden("InvalidAccessKeyId", $"The AWS access key Id '{credential[0]}' you provided does not exist in our records.");
        }

        if (credential[1] != timestamp[..8])
        {
            throw Forbidden("SignatureDoesNotMatch", $"The credential's date {credential[1]} is not that of the request, {timestamp[..8]}.");
        }

        if (credential[2] != options.Region)
        {
            throw Forbidden("AuthorizationHeaderMalformed", $"The authorization header is malformed; the region '{credential[2]}' is wrong; expecting '{options.Region}'", HttpStatusCode.BadRequest);
        }

        if (credential[3] != service)
        {
            throw Forbidden("SignatureDoesNotMatch", $"The credential is scoped to the service '{credential[3]}'; this is '{service}'.");
        }

        return SigningMath.Key(options.SecretAccessKey, credential[1], credential[2], credential[3]);
    }

    private static string CanonicalRequest(HttpRequest request, IReadOnlyList<string> signedHeaders, string payloadHash, bool presigned)
    {
        // As it came over the wire: decoding and encoding again would not always give the same.
        var target = request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? target : target[..mark];
        var canonical = new StringBuilder()
            .Append(request.Method).Append('\n')
            .Append(SigningMath.CanonicalPath(path)).Append('\n')
            .Append(SigningMath.CanonicalQuery(mark < 0 ? "" : target[(mark + 1)..], presigned)).Append('\n');
        foreach (var name in signedHeaders)
        {
            var value = name == "host" ? request.Host.Value ?? "" : string.Join(',', request.Headers[name].ToArray());
            canonical.Append(name).Append(':').Append(SigningMath.Squeeze(value)).Append('\n');
        }

        return canonical.Append('\n').AppendJoin(';', signedHeaders).Append('\n').Append(payloadHash).ToString();
    }

    private static string StringToSign(string timestamp, string scope, string canonicalRequest) =>
        $"{Algorithm}\n{timestamp}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalRequest)))}";

    private static void Compare(byte[] key, string stringToSign, string signature)
    {
        var expected = SigningMath.Sign(key, stringToSign);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(signature)))
        {
            throw Forbidden("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.");
        }
    }

    private static string Timestamp(HttpRequest request) => request.Headers["x-amz-date"] is [{ Length: > 0 } date]
        ? date
        : throw Forbidden("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header");

    private static DateTimeOffset ParseTimestamp(string timestamp) =>
        DateTimeOffset.TryParseExact(timestamp, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : throw Forbidden("AccessDenied", $"The date '{timestamp}' is not in the form YYYYMMDD'T'HHMMSS'Z'.");

    private DateTimeOffset Now => (time ?? TimeProvider.System).GetUtcNow();

    private static AwsServiceException Forbidden(string code, string message, HttpStatusCode status = HttpStatusCode.Forbidden) => new(code, message, status);
}
