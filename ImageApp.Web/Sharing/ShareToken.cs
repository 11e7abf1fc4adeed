using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ImageApp.Web.Sharing;

/// <summary>The random part of a shared link: 144 bits, of which only a hash is stored.</summary>
internal static class ShareToken
{
    private const int Bytes = 18;

    /// <summary>Makes one, 24 characters of the URL-safe alphabet.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>What is stored of one. A fast hash does: nobody can guess 144 bits.</summary>
    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
