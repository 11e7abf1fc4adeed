using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ImageApp.Web.Access;

/// <summary>
/// A token for scripts: a prefix that scanners for secrets can look for, and 256 random bits, of which only a hash is stored.
/// </summary>
internal static class AccessToken
{
    /// <summary>What every token begins with.</summary>
    public const string Prefix = "imageapp_";

    private const int Bytes = 32;
    private const int Length = 43;

    /// <summary>Makes one.</summary>
    public static string New() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>What is stored of one. A fast hash does: nobody can guess 256 bits.</summary>
    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Whether a text can be one.</summary>
    public static bool IsOne(string text) =>
        text.Length == Prefix.Length + Length && text.StartsWith(Prefix, StringComparison.Ordinal);
}
