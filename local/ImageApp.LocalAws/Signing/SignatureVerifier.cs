using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Signing;

/// <summary>Verifies Signature Version 4, in the header or in a presigned URL's query.</summary>
internal sealed class SignatureVerifier(LocalAwsOptions options, TimeProvider time)
{
    /// <summary>How far the clocks of client and server may be apart.</summary>
    public static readonly TimeSpan MaximumSkew = TimeSpan.FromMinutes(15);

    /// <summary>Verifies a request whose body has been read.</summary>
    /// <exception cref="SignatureException">The signature is refused.</exception>
    public RequestSignature Verify(HttpContext context, SignatureClaim claim, string service, ReadOnlySpan<byte> body)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(body));
        var declared = context.Request.Headers["x-amz-content-sha256"].ToString();
        if (PayloadHashes.IsDigest(declared) && !string.Equals(declared, digest, StringComparison.OrdinalIgnoreCase))
        {
            throw new SignatureException(
                SignatureFailure.PayloadMismatch,
                "The provided 'x-amz-content-sha256' header does not match what was computed.");
        }

        return Verify(context, claim, service, declared == PayloadHashes.Unsigned ? declared : digest);
    }

    /// <summary>Verifies a request to S3; its body is verified as it is read.</summary>
    /// <exception cref="SignatureException">The signature is refused.</exception>
    public RequestSignature VerifyStreaming(HttpContext context, SignatureClaim claim)
    {
        var declared = claim.ValidFor is null || claim.SignedHeaders.Contains("x-amz-content-sha256", StringComparer.OrdinalIgnoreCase)
            ? context.Request.Headers["x-amz-content-sha256"].ToString()
            : context.Request.Query["X-Amz-Content-Sha256"].ToString() is { Length: > 0 } inQuery ? inQuery : PayloadHashes.Unsigned;
        if (declared.Length == 0)
        {
            throw new SignatureException(SignatureFailure.Malformed, "Missing required header for this request: x-amz-content-sha256");
        }

        if (declared != PayloadHashes.Unsigned && !PayloadHashes.IsDigest(declared) && !PayloadHashes.IsStreaming(declared))
        {
            throw new SignatureException(
                SignatureFailure.Malformed,
                $"x-amz-content-sha256 is '{declared}'; it must be UNSIGNED-PAYLOAD, {PayloadHashes.StreamingUnsignedTrailer}, "
                + $"{PayloadHashes.StreamingSigned}, {PayloadHashes.StreamingSignedTrailer}, or a valid sha256 value.");
        }

        return Verify(context, claim, "s3", declared);
    }

    /// <summary>
    /// Verifies the signature of a form's policy (S3 API Reference, "Authenticating requests: browser-based uploads using POST").
    /// </summary>
    /// <param name="credential">The field <c>x-amz-credential</c>.</param>
    /// <param name="timestamp">The field <c>x-amz-date</c>.</param>
    /// <param name="signature">The field <c>x-amz-signature</c>.</param>
    /// <param name="policy">The field <c>policy</c>, in Base64 as it was sent.</param>
    /// <exception cref="SignatureException">The signature is refused.</exception>
    public RequestSignature VerifyPolicy(string credential, string timestamp, string signature, string policy)
    {
        var (accessKeyId, scope) = SignatureClaim.ParseCredential(credential, SignatureFailure.MalformedQuery);
        RequireScope(accessKeyId, scope, "s3", SignatureFailure.MalformedQuery);
        SignatureClaim.ParseTimestamp(timestamp, scope, SignatureFailure.MalformedQuery);
        var key = SigningKeyDerivation.Derive(options.SecretAccessKey, scope);
        var expected = SigningKeyDerivation.Sign(key, policy);
        return SigningKeyDerivation.AreEqual(expected, signature)
            ? new RequestSignature(accessKeyId, scope, timestamp, key, expected, PayloadHashes.Unsigned, IsPresigned: false)
            : throw new SignatureException(
                SignatureFailure.Mismatch,
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.");
    }

    private RequestSignature Verify(HttpContext context, SignatureClaim claim, string service, string payloadHash)
    {
        var isPresigned = claim.ValidFor is not null;
        var malformed = isPresigned ? SignatureFailure.MalformedQuery : SignatureFailure.Malformed;
        RequireScope(claim.AccessKeyId, claim.Scope, service, malformed);
        VerifyTime(claim);
        VerifySignedHeaders(context.Request.Headers, claim);
        var canonical = CanonicalRequest.Create(
            context.Request.Method,
            RequestTarget.Of(context),
            context.Request.Headers,
            claim.SignedHeaders,
            payloadHash,
            encodesPathOnce: service == "s3",
            withoutSignature: isPresigned);
        var key = SigningKeyDerivation.Derive(options.SecretAccessKey, claim.Scope);
        var expected = SigningKeyDerivation.Sign(key, CanonicalRequest.StringToSign(claim.Timestamp, claim.Scope, canonical));
        return SigningKeyDerivation.AreEqual(expected, claim.Signature)
            ? new RequestSignature(claim.AccessKeyId, claim.Scope, claim.Timestamp, key, expected, payloadHash, isPresigned)
            : throw new SignatureException(
                SignatureFailure.Mismatch,
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and "
                + "signing method. The canonical request was: "
                    + canonical.ReplaceLineEndings("\\n"));
    }

    private void RequireScope(string accessKeyId, CredentialScope scope, string service, SignatureFailure malformed)
    {
        if (accessKeyId != options.AccessKeyId)
        {
            throw SignatureException.UnknownAccessKey(accessKeyId);
        }

        if (scope.Region != options.Region)
        {
            throw new SignatureException(
                malformed,
                $"The authorization header is malformed; the region '{scope.Region}' is wrong; expecting '{options.Region}'.")
            {
                Region = options.Region,
            };
        }

        if (scope.Service != service)
        {
            throw new SignatureException(
                malformed,
                $"The authorization header is malformed; incorrect service \"{scope.Service}\". This endpoint belongs to "
                + $"\"{service}\".");
        }
    }

    private void VerifyTime(SignatureClaim claim)
    {
        var now = time.GetUtcNow();
        if (claim.ValidFor is { } validFor)
        {
            if (claim.SignedAt - now > MaximumSkew)
            {
                throw new SignatureException(
                    SignatureFailure.Expired,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Request is not yet valid. It was signed for {claim.Timestamp}; the server's time is {now:O}."));
            }

            if (now > claim.SignedAt + validFor)
            {
                throw new SignatureException(SignatureFailure.Expired, "Request has expired");
            }
        }
        else if ((now - claim.SignedAt).Duration() > MaximumSkew)
        {
            throw new SignatureException(
                SignatureFailure.Skewed,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The difference between the request time ({claim.Timestamp}) and the current time "
                    + $"({now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}) is too large: 15 minutes are allowed."));
        }
    }

    private static void VerifySignedHeaders(IHeaderDictionary headers, SignatureClaim claim)
    {
        if (!claim.SignedHeaders.Contains("host"))
        {
            throw new SignatureException(SignatureFailure.HeadersNotSigned, "The header 'host' must be signed.");
        }

        var missing = claim.SignedHeaders.Where(name => !headers.ContainsKey(name)).ToList();
        if (missing.Count > 0)
        {
            throw new SignatureException(
                SignatureFailure.Mismatch,
                "The request signature we calculated does not match the signature you provided: signed headers are missing from the "
                + $"request: {string.Join(", ", missing)}.");
        }

        var unsigned = headers
            .Keys.Where(name =>
                name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase)
                && !claim.SignedHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
            // What an unsigned body says of itself cannot change what was signed.
            .Where(name => !(claim.ValidFor is not null && name.Equals("x-amz-content-sha256", StringComparison.OrdinalIgnoreCase)))
            .ToList();
        if (unsigned.Count > 0)
        {
            throw new SignatureException(
                SignatureFailure.HeadersNotSigned,
                $"There were headers present in the request which were not signed: {string.Join(", ", unsigned)}");
        }
    }
}
