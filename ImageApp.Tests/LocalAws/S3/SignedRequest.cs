using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace ImageApp.Tests.LocalAws.S3;

/// <summary>Raw requests signed by the test itself, independently of the server's code, so that any part can be made wrong.</summary>
internal static class SignedRequest
{
    public static Task<HttpResponseMessage> SendAsync(
        LocalAwsInstance host,
        HttpMethod method,
        string pathAndQuery,
        byte[]? body,
        Action<HttpRequestMessage>? change = null,
        DateTimeOffset? at = null,
        string? secret = null,
        string? accessKey = null,
        string service = "s3",
        string? payloadHash = null)
    {
        var request = Create(host, method, pathAndQuery, body, at, secret, accessKey, service, payloadHash);
        change?.Invoke(request);
        return host.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>
    /// Signs host, x-amz-content-sha256, x-amz-date and, where given, x-amz-trailer; the path must be percent-encoded already.
    /// </summary>
    public static HttpRequestMessage Create(
        LocalAwsInstance host,
        HttpMethod method,
        string pathAndQuery,
        byte[]? body,
        DateTimeOffset? at,
        string? secret,
        string? accessKey,
        string service,
        string? payloadHash,
        string? trailer = null)
    {
        var time = at ?? DateTimeOffset.UtcNow;
        var timestamp = time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{timestamp[..8]}/us-east-1/{service}/aws4_request";
        var hash = payloadHash ?? Convert.ToHexStringLower(SHA256.HashData(body ?? []));
        var question = pathAndQuery.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = question < 0 ? (pathAndQuery, "") : (pathAndQuery[..question], pathAndQuery[(question + 1)..]);
        var canonicalQuery = string.Join(
            '&',
            query
                .Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Select(pair => pair.Contains('=', StringComparison.Ordinal) ? pair : pair + "=")
                .Order(StringComparer.Ordinal));
        var signedHeaders = "host;x-amz-content-sha256;x-amz-date" + (trailer is null ? "" : ";x-amz-trailer");
        var canonical =
            $"{method}\n{path}\n{canonicalQuery}\nhost:{host.Server.Endpoint.Authority}\n"
            + $"x-amz-content-sha256:{hash}\nx-amz-date:{timestamp}\n"
            + $"{(trailer is null ? "" : $"x-amz-trailer:{trailer}\n")}\n{signedHeaders}\n{hash}";
        var toSign =
            $"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + (secret ?? host.Options.SecretAccessKey));
        foreach (var part in scope.Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        var request = new HttpRequestMessage(method, new Uri(host.Server.Endpoint, pathAndQuery));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        }

        request.Headers.TryAddWithoutValidation("x-amz-date", timestamp);
        request.Headers.TryAddWithoutValidation("x-amz-content-sha256", hash);
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential={accessKey ?? host.Options.AccessKeyId}/{scope}, SignedHeaders={signedHeaders}, "
            + $"Signature={signature}");
        if (trailer is not null)
        {
            request.Headers.TryAddWithoutValidation("x-amz-trailer", trailer);
        }

        return request;
    }
}
