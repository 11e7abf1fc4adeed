using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Signing;

/// <summary>
/// What a request says of its Signature Version 2, not yet verified (S3 User Guide, "Signing and authenticating REST requests (AWS
/// signature version 2)"). SDKs of Python and version 1 of the CLI still presign addresses with it in the regions that know it.
/// </summary>
/// <param name="AccessKeyId">Who is said to have signed.</param>
/// <param name="Signature">HMAC-SHA-1 in Base64.</param>
/// <param name="Expires">Until when a presigned address is good; null for a signature in the header.</param>
internal sealed record LegacySignatureClaim(string AccessKeyId, string Signature, DateTimeOffset? Expires)
{
    private const string Scheme = "AWS ";

    /// <summary>Whether the header is of this kind.</summary>
    public static bool IsHeader(string authorization) => authorization.StartsWith(Scheme, StringComparison.Ordinal);

    /// <summary>Reads the claim; null where the request has none.</summary>
    /// <exception cref="SignatureException">It cannot be read.</exception>
    public static LegacySignatureClaim? Parse(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (IsHeader(authorization))
        {
            var pair = authorization[Scheme.Length..].Trim();
            return pair.LastIndexOf(':') is > 0 and var colon
                ? new LegacySignatureClaim(pair[..colon], pair[(colon + 1)..], null)
                : throw new SignatureException(
                    SignatureFailure.Malformed,
                    "AWS authorization header is invalid. Expected AwsAccessKeyId:signature");
        }

        if (authorization.Length > 0 || !request.Query.ContainsKey("AWSAccessKeyId"))
        {
            return null;
        }

        var (signature, expires) = (request.Query["Signature"].ToString(), request.Query["Expires"].ToString());
        if (signature.Length == 0 || expires.Length == 0)
        {
            throw new SignatureException(
                SignatureFailure.Missing,
                "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters");
        }

        return long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= MaximumSeconds
            ? new LegacySignatureClaim(request.Query["AWSAccessKeyId"].ToString(), signature, DateTimeOffset.FromUnixTimeSeconds(seconds))
            : throw new SignatureException(SignatureFailure.Missing, $"Invalid date (should be seconds since epoch): {expires}");
    }

    private static long MaximumSeconds { get; } = DateTimeOffset.MaxValue.ToUnixTimeSeconds();
}
