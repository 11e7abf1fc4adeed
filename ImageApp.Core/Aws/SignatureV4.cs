using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;

namespace ImageApp.Core.Aws;

/// <summary>
/// AWS Signature Version 4 (IAM User Guide, "Create a signed AWS API request") for the few calls whose SDK the app does without.
/// </summary>
/// <param name="credentials">Who signs.</param>
/// <param name="region">For example <c>us-east-1</c>.</param>
/// <param name="service">The service's signing name, for example <c>rds-db</c>.</param>
public sealed class SignatureV4(ImmutableCredentials credentials, string region, string service)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>Signs an address, so that it can be used without headers for a while.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="address">The address with its query.</param>
    /// <param name="payloadHash">SHA-256 of the body in hexadecimal, or <c>UNSIGNED-PAYLOAD</c>.</param>
    /// <param name="validity">How long it is good for.</param>
    /// <param name="now">The time of signing.</param>
    /// <returns>The address with the signature in its query.</returns>
    public string Presign(string method, Uri address, string payloadHash, TimeSpan validity, DateTimeOffset now)
    {
        var query = Query(address);
        query.Add(("X-Amz-Algorithm", Algorithm));
        query.Add(("X-Amz-Credential", $"{credentials.AccessKey}/{Scope(now)}"));
        query.Add(("X-Amz-Date", Time(now)));
        query.Add(("X-Amz-Expires", ((long)validity.TotalSeconds).ToString(CultureInfo.InvariantCulture)));
        query.Add(("X-Amz-SignedHeaders", "host"));
        if (credentials.UseToken)
        {
            query.Add(("X-Amz-Security-Token", credentials.Token));
        }

        var text = Canonical(query);
        var signature = Sign($"{method}\n{Path(address)}\n{text}\nhost:{address.Authority}\n\nhost\n{payloadHash}", now);
        return $"{address.GetLeftPart(UriPartial.Path)}?{text}&X-Amz-Signature={signature}";
    }

    /// <summary>Signs a request in its <c>Authorization</c> header, with every header it has.</summary>
    public void Sign(HttpRequestMessage request, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        request.Headers.TryAddWithoutValidation("X-Amz-Date", Time(now));
        if (credentials.UseToken)
        {
            request.Headers.TryAddWithoutValidation("X-Amz-Security-Token", credentials.Token);
        }

        var headers = request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? [])
            .Select(header => (Name: header.Key.ToLowerInvariant(), Value: string.Join(',', header.Value.Select(value => value.Trim()))))
            .Append(("host", request.RequestUri!.Authority))
            .OrderBy(header => header.Item1, StringComparer.Ordinal).ToList();
        var signed = string.Join(';', headers.Select(header => header.Item1));
        var lines = string.Concat(headers.Select(header => $"{header.Item1}:{header.Item2}\n"));
        var hash = Convert.ToHexStringLower(SHA256.HashData(body));
        var signature = Sign(
            $"{request.Method}\n{Path(request.RequestUri)}\n{Canonical(Query(request.RequestUri))}\n{lines}\n{signed}\n{hash}", now);
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"{Algorithm} Credential={credentials.AccessKey}/{Scope(now)}, SignedHeaders={signed}, Signature={signature}");
    }

    private string Sign(string canonicalRequest, DateTimeOffset now)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalRequest)));
        var toSign = $"{Algorithm}\n{Time(now)}\n{Scope(now)}\n{hash}";
        var key = Encoding.UTF8.GetBytes("AWS4" + credentials.SecretKey);
        foreach (var part in new[] { Date(now), region, service, "aws4_request", toSign })
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return Convert.ToHexStringLower(key);
    }

    private string Scope(DateTimeOffset now) =>
        $"{Date(now)}/{region}/{service}/aws4_request";

    private static string Date(DateTimeOffset now) => now.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset now) => now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static string Path(Uri address) => address.AbsolutePath.Length == 0 ? "/" : address.AbsolutePath;

    private static List<(string Name, string Value)> Query(Uri address) =>
    [
        .. address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Select(pair => (Uri.UnescapeDataString(pair[0]), pair.Length == 2 ? Uri.UnescapeDataString(pair[1]) : "")),
    ];

    private static string Canonical(IEnumerable<(string Name, string Value)> query) =>
        string.Join('&', query
            .Select(pair => (Name: Uri.EscapeDataString(pair.Name), Value: Uri.EscapeDataString(pair.Value)))
            .OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal)
            .Select(pair => $"{pair.Name}={pair.Value}"));
}
