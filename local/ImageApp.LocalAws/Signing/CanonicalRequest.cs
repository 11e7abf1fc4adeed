using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Signing;

/// <summary>The canonical form of a request (IAM User Guide, "Create a signed AWS API request", step 1).</summary>
internal static partial class CanonicalRequest
{
    /// <summary>
    /// Makes the canonical form. S3 signs the path as it is (<paramref name="encodesPathOnce"/>); every other service normalizes it and
    /// encodes it twice. A presigned URL's own <c>X-Amz-Signature</c> is left out (<paramref name="withoutSignature"/>).
    /// </summary>
    public static string Create(
        string method,
        RequestTarget target,
        IHeaderDictionary headers,
        IReadOnlyList<string> signedHeaders,
        string payloadHash,
        bool encodesPathOnce,
        bool withoutSignature)
    {
        var text = new StringBuilder()
            .Append(method).Append('\n')
            .Append(encodesPathOnce ? S3Path(target.Path) : NormalizedPath(target.Path)).Append('\n')
            .Append(Query(target.Query, withoutSignature)).Append('\n');
        foreach (var name in signedHeaders)
        {
            text.Append(name)
                .Append(':')
                .AppendJoin(',', headers[name].Select(value => Spaces().Replace((value ?? "").Trim(), " ")))
                .Append('\n');
        }

        return text.Append('\n').AppendJoin(';', signedHeaders).Append('\n').Append(payloadHash).ToString();
    }

    /// <summary>The string that the signing key signs.</summary>
    public static string StringToSign(string timestamp, CredentialScope scope, string canonicalRequest) =>
        $"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalRequest)))}";

    private static string S3Path(string path) => PercentEncoding.Encode(PercentEncoding.Decode(path, plusIsSpace: false), keepSlash: true);

    private static string NormalizedPath(string path)
    {
        var segments = new List<string>();
        foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (segment)
            {
                case ".":
                    break;
                case "..":
                    if (segments.Count > 0)
                    {
                        segments.RemoveAt(segments.Count - 1);
                    }

                    break;
                default:
                    segments.Add(PercentEncoding.Encode(segment));
                    break;
            }
        }

        return segments.Count == 0 ? "/" : "/" + string.Join('/', segments) + (path.EndsWith('/') ? "/" : "");
    }

    private static string Query(string query, bool withoutSignature) =>
        string.Join('&', query
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Select(pair => (Name: Recode(pair[0]), Value: pair.Length == 2 ? Recode(pair[1]) : ""))
            .Where(pair => !withoutSignature || pair.Name != "X-Amz-Signature")
            .OrderBy(pair => pair.Name, StringComparer.Ordinal)
            .ThenBy(pair => pair.Value, StringComparer.Ordinal)
            .Select(pair => $"{pair.Name}={pair.Value}"));

    private static string Recode(string text) => PercentEncoding.Encode(PercentEncoding.Decode(text, plusIsSpace: true), keepSlash: false);

    [GeneratedRegex(" {2,}")]
    private static partial Regex Spaces();
}
