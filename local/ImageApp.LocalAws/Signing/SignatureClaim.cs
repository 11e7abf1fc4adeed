using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ImageApp.LocalAws.Signing;

/// <summary>What a request says of its own signature, not yet verified.</summary>
/// <param name="AccessKeyId">Who is said to have signed.</param>
/// <param name="Scope">The credential scope.</param>
/// <param name="SignedHeaders">The names of the signed headers.</param>
/// <param name="Signature">The signature.</param>
/// <param name="Timestamp">When, as written.</param>
/// <param name="SignedAt">When.</param>
/// <param name="ValidFor">How long a presigned URL is good for; null for a signature in the header.</param>
internal sealed record SignatureClaim(
    string AccessKeyId,
    CredentialScope Scope,
    IReadOnlyList<string> SignedHeaders,
    string Signature,
    string Timestamp,
    DateTimeOffset SignedAt,
    TimeSpan? ValidFor)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const int MaximumValiditySeconds = 604_800;

    /// <summary>Reads the claim; null where the request has none.</summary>
    /// <exception cref="SignatureException">It cannot be read.</exception>
    public static SignatureClaim? Parse(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (LegacySignatureClaim.IsHeader(authorization))
        {
            return null;
        }

        if (authorization.Length > 0)
        {
            if (request.Query.ContainsKey("X-Amz-Signature"))
            {
                throw new SignatureException(
                    SignatureFailure.Malformed,
                    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter or the Authorization header should be "
                    + "specified.");
            }

            return ParseHeader(authorization, request.Headers);
        }

        return request.Query.ContainsKey("X-Amz-Algorithm") || request.Query.ContainsKey("X-Amz-Signature")
            ? ParseQuery(request.Query)
            : null;
    }

    private static SignatureClaim ParseHeader(string authorization, IHeaderDictionary headers)
    {
        if (!authorization.StartsWith(Algorithm + " ", StringComparison.Ordinal))
        {
            throw new SignatureException(
                SignatureFailure.Malformed,
                $"The authorization mechanism '{authorization.Split(' ')[0]}' is not supported; please use {Algorithm}.");
        }

        var fields = authorization[Algorithm.Length..]
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(field => field.Split('=', 2))
            .Where(field => field.Length == 2)
            .ToLookup(field => field[0], field => field[1]);
        string Field(string name) =>
            fields[name].ToList() is [{ Length: > 0 } value]
                ? value
                : throw new SignatureException(
                    SignatureFailure.Malformed,
                    $"The authorization header is malformed; it must have one '{name}'.");

        var timestamp = headers["x-amz-date"].ToString();
        if (
            timestamp.Length == 0
            && DateTimeOffset.TryParse(
                headers[HeaderNames.Date].ToString(),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var date))
        {
            timestamp = date.UtcDateTime.ToString(TimestampFormat, CultureInfo.InvariantCulture);
        }

        var (accessKeyId, scope) = ParseCredential(Field("Credential"), SignatureFailure.Malformed);
        return new SignatureClaim(
            accessKeyId,
            scope,
            Field("SignedHeaders").Split(';'),
            Field("Signature"),
            timestamp,
            ParseTimestamp(timestamp, scope, SignatureFailure.Malformed),
            null);
    }

    private static SignatureClaim ParseQuery(IQueryCollection query)
    {
        string Parameter(string name) =>
            query[name].ToString() is { Length: > 0 } value
                ? value
                : throw new SignatureException(
                    SignatureFailure.MalformedQuery,
                    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, "
                    + $"X-Amz-SignedHeaders, and X-Amz-Expires parameters; {name} is missing.");

        if (Parameter("X-Amz-Algorithm") != Algorithm)
        {
            throw new SignatureException(SignatureFailure.MalformedQuery, $"X-Amz-Algorithm only supports \"{Algorithm}\".");
        }

        var (accessKeyId, scope) = ParseCredential(Parameter("X-Amz-Credential"), SignatureFailure.MalformedQuery);
        if (!int.TryParse(Parameter("X-Amz-Expires"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            throw new SignatureException(SignatureFailure.MalformedQuery, "X-Amz-Expires should be a number.");
        }

        if (seconds is < 1 or > MaximumValiditySeconds)
        {
            throw new SignatureException(
                SignatureFailure.MalformedQuery,
                $"X-Amz-Expires must be between 1 and {MaximumValiditySeconds} seconds (a week).");
        }

        var timestamp = Parameter("X-Amz-Date");
        return new SignatureClaim(
            accessKeyId,
            scope,
            Parameter("X-Amz-SignedHeaders").Split(';'),
            Parameter("X-Amz-Signature"),
            timestamp,
            ParseTimestamp(timestamp, scope, SignatureFailure.MalformedQuery),
            TimeSpan.FromSeconds(seconds));
    }

    private const string TimestampFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Reads a credential: access key id and scope.</summary>
    /// <exception cref="SignatureException">It cannot be read.</exception>
    public static (string AccessKeyId, CredentialScope Scope) ParseCredential(string credential, SignatureFailure failure)
    {
        // An access key id may itself contain slashes, so the scope is taken from the end.
        var parts = credential.Split('/');
        return parts is [.., var date, var region, var service, CredentialScope.Terminator] && parts.Length >= 5
            ? (string.Join('/', parts[..^4]), new CredentialScope(date, region, service))
            : throw new SignatureException(
                failure,
                $"The Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/{CredentialScope.Terminator}\".");
    }

    /// <summary>Reads the time of a signature, which is of the scope's day.</summary>
    /// <exception cref="SignatureException">It cannot be read.</exception>
    public static DateTimeOffset ParseTimestamp(string timestamp, CredentialScope scope, SignatureFailure failure)
    {
        if (
            !DateTimeOffset.TryParseExact(
                timestamp,
                TimestampFormat,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var signedAt))
        {
            throw new SignatureException(
                failure,
                "AWS authentication requires a valid Date or x-amz-date header (or X-Amz-Date parameter) in the format "
                + "\"yyyyMMddTHHmmssZ\".");
        }

        return timestamp.StartsWith(scope.Date, StringComparison.Ordinal)
            ? signedAt
            : throw new SignatureException(
                failure,
                $"Invalid credential date \"{scope.Date}\". This date is not the same as the request's: \"{timestamp}\".");
    }
}
