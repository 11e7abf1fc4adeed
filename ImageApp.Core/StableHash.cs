using System.Security.Cryptography;
using System.Text;

namespace ImageApp.Core;

/// <summary>A short name for a long one: the same on every machine and in every run.</summary>
internal static class StableHash
{
    /// <summary>The first 16 bytes of SHA-256 over the UTF-8 text, as 32 lower-case hexadecimal digits.</summary>
    public static string Of(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return Convert.ToHexStringLower(hash[..16]);
    }
}
