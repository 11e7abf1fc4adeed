using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ImageApp.Tests.LocalAws.S3;

/// <summary>Presigned URLs made by the test itself, for any time.</summary>
internal static class PresignedUrl
{
    public static Uri Create(LocalAwsInstance host, HttpMethod method, string path, DateTimeOffset at, int expires)
    {
        var timestamp = at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{timestamp[..8]}/us-east-1/s3/aws4_request";
        var query =
            $"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={Uri.EscapeDataString($"{host.Options.AccessKeyId}/{scope}")}"
            + $"&X-Amz-Date={timestamp}&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host";
        var canonical = $"{method}\n{path}\n{query}\nhost:{host.Server.Endpoint.Authority}\n\nhost\nUNSIGNED-PAYLOAD";
        var toSign =
            $"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + host.Options.SecretAccessKey);
        foreach (var part in scope.Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return new Uri(
            host.Server.Endpoint,
            $"{path}?{query}&X-Amz-Signature={Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)))}");
    }
}
