using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ImageApp.LocalAws.Signing;

/// <summary>The arithmetic of Signature Version 4.</summary>
internal static partial class SigningMath
{
    /// <summary>Derives the signing key.</summary>
    public static byte[] Key(string secret, string date, string region, string service)
    {
        var key = HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + secret), Encoding.UTF8.GetBytes(date));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(region));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(service));
        return HMACSHA256.HashData(key, "aws4_request"u8);
    }

    /// <summary>Signs, giving lower-case hexadecimal digits.</summary>
    public static string Sign(byte[] key, string text) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));

    /// <summary>A path as S3 signs it: each segment encoded once.</summary>
    public static string CanonicalPath(string rawPath) =>
        rawPath.Length == 0 ? "/" : string.Join('/', rawPath.Split('/').Select(segment => Encode(Uri.UnescapeDataString(segment))));

    /// <summary>A query sorted and encoded, without the signature itself.</summary>
    public static string CanonicalQuery(string rawQuery, bool presigned) => string.Join('&', rawQuery
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2))
        .Select(pair => (Name: Encode(Decode(pair[0])), Value: pair.Length > 1 ? Encode(Decode(pair[1])) : ""))
        .Where(pair => !presigned || pair.Name != "X-Amz-Signature")
        .OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal)
        .Select(pair => $"{pair.Name}={pair.Value}"));

    /// <summary>Trims a header value and makes runs of spaces one.</summary>
    public static string Squeeze(string value) => Spaces().Replace(value.Trim(), " ");

    // Everything but A-Z a-z 0-9 - . _ ~ becomes %XX, which is what EscapeDataString does.
    private static string Encode(string text) => Uri.EscapeDataString(text);

    private static string Decode(string text) => Uri.UnescapeDataString(text);

    [GeneratedRegex(" {2,}")]
    private static partial Regex Spaces();
}
