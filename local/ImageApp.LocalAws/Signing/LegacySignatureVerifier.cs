using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImageApp.LocalAws.S3;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ImageApp.LocalAws.Signing;

/// <summary>Verifies Signature Version 2 for S3, in the header or in a presigned address.</summary>
internal sealed class LegacySignatureVerifier(LocalAwsOptions options, TimeProvider time)
{
    /// <summary>The regions that are older than Signature Version 4; no other takes version 2.</summary>
    private static readonly string[] Regions =
    [
        "us-east-1",
        "us-west-1",
        "us-west-2",
        "eu-west-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-northeast-1",
        "sa-east-1",
    ];

    /// <summary>The parameters of a query that are part of what is signed.</summary>
    private static readonly HashSet<string> SignedParameters = new(StringComparer.Ordinal)
    {
        "accelerate", "acl", "analytics", "cors", "delete", "encryption", "inventory", "legal-hold", "lifecycle", "location", "logging",
        "metrics", "notification", "object-lock", "ownershipControls", "partNumber", "policy", "policyStatus", "publicAccessBlock",
        "replication", "requestPayment", "response-cache-control", "response-content-disposition", "response-content-encoding",
        "response-content-language", "response-content-type", "response-expires", "restore", "retention", "select", "select-type",
        "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
    };

    /// <summary>Verifies a request.</summary>
    /// <exception cref="SignatureException">The signature is refused.</exception>
    public RequestSignature Verify(HttpContext context, LegacySignatureClaim claim)
    {
        RequireRegion();
        RequireKey(claim.AccessKeyId);
        var isPresigned = claim.Expires is not null;
        RequireTime(context.Request, claim);
        var path = RequestTarget.Of(context).Path;
        var text = StringToSign(context, claim, path);
        var isBucket = path.LastIndexOf('/') == 0 && path.Length > 1;
        return SigningKeyDerivation.AreEqual(Sign(text), claim.Signature)
            // Python's SDK signs a bucket's path with a slash that it does not send.
            || (isBucket && SigningKeyDerivation.AreEqual(Sign(StringToSign(context, claim, path + "/")), claim.Signature))
            ? Verified(claim.AccessKeyId, isPresigned)
            : throw new SignatureException(
                SignatureFailure.Mismatch,
                "The request signature we calculated does not match the signature you provided. Check your key and signing method. The "
                + "string to sign was: " + text.ReplaceLineEndings("\\n"));
    }

    /// <summary>Verifies the signature of a form's policy.</summary>
    /// <exception cref="SignatureException">It is refused.</exception>
    public RequestSignature VerifyPolicy(string accessKeyId, string signature, string policy)
    {
        RequireRegion();
        RequireKey(accessKeyId);
        return SigningKeyDerivation.AreEqual(Sign(policy), signature)
            ? Verified(accessKeyId, isPresigned: false)
            : throw new SignatureException(
                SignatureFailure.Mismatch,
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.");
    }

    private static RequestSignature Verified(string accessKeyId, bool isPresigned) => new(
        accessKeyId,
        new CredentialScope("", "", "s3"),
        "",
        [],
        "",
        PayloadHashes.Unsigned,
        isPresigned);

    private void RequireRegion()
    {
        if (!Regions.Contains(options.Region))
        {
            throw new SignatureException(
                SignatureFailure.UnsupportedVersion,
                "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
        }
    }

    private void RequireKey(string accessKeyId)
    {
        if (accessKeyId != options.AccessKeyId)
        {
            throw SignatureException.UnknownAccessKey(accessKeyId);
        }
    }

    private void RequireTime(HttpRequest request, LegacySignatureClaim claim)
    {
        var now = time.GetUtcNow();
        if (claim.Expires is { } expires)
        {
            if (now > expires)
            {
                throw new SignatureException(SignatureFailure.Expired, "Request has expired");
            }

            return;
        }

        var text = request.Headers["x-amz-date"].ToString() is { Length: > 0 } own ? own : request.Headers[HeaderNames.Date].ToString();
        // The day of the week says nothing that the date does not say.
        var withoutDay = text[(text.IndexOf(',', StringComparison.Ordinal) + 1)..];
        if (!DateTimeOffset.TryParse(withoutDay, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
        {
            throw new SignatureException(
                SignatureFailure.HeadersNotSigned,
                "AWS authentication requires a valid Date or x-amz-date header");
        }

        if ((now - date).Duration() > SignatureVerifier.MaximumSkew)
        {
            throw new SignatureException(
                SignatureFailure.Skewed,
                $"The difference between the request time ({text}) and the current time is too large: 15 minutes are allowed.");
        }
    }

    private string Sign(string text)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA1, Encoding.UTF8.GetBytes(options.SecretAccessKey));
        hmac.AppendData(Encoding.UTF8.GetBytes(text));
        return Convert.ToBase64String(hmac.GetHashAndReset());
    }

    private string StringToSign(HttpContext context, LegacySignatureClaim claim, string path)
    {
        var request = context.Request;
        var hasOwnDate = request.Headers.ContainsKey("x-amz-date");
        var date = claim.Expires is { } expires
            ? expires.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)
            : hasOwnDate ? "" : request.Headers[HeaderNames.Date].ToString();
        var text = new StringBuilder()
            .Append(request.Method).Append('\n')
            .Append(Value(request, claim, "content-md5")).Append('\n')
            .Append(Value(request, claim, "content-type")).Append('\n')
            .Append(date).Append('\n');
        var names = claim.Expires is null ? request.Headers.Keys : request.Headers.Keys.Concat(request.Query.Keys);
        foreach (
            var name in names
                .Select(name => name.ToLowerInvariant())
                .Where(name => name.StartsWith("x-amz-", StringComparison.Ordinal))
                .Distinct()
                .Order(StringComparer.Ordinal))
        {
            text.Append(name).Append(':').Append(Value(request, claim, name)).Append('\n');
        }

        if (S3Address.BucketOfHost(request.Host.Host, options.Region) is { } bucket)
        {
            text.Append('/').Append(bucket);
        }

        text.Append(path);
        var parameters = RequestTarget.Of(context).Query
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Where(pair => SignedParameters.Contains(pair[0]))
            .OrderBy(pair => pair[0], StringComparer.Ordinal)
            .Select(pair => pair.Length == 2 ? $"{pair[0]}={PercentEncoding.DecodeText(pair[1])}" : pair[0])
            .ToList();
        return parameters.Count == 0 ? text.ToString() : text.Append('?').AppendJoin('&', parameters).ToString();
    }

    // A presigned address may have what else are headers in its query.
    private static string Value(HttpRequest request, LegacySignatureClaim claim, string name) =>
        string.Join(
            ',',
            (request.Headers.TryGetValue(name, out var values) || (claim.Expires is not null && request.Query.TryGetValue(name, out values))
                ? values
                : default).Select(value => (value ?? "").Trim()));
}
