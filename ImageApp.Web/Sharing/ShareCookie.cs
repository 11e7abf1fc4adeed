using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ImageApp.Core.Catalogue;

namespace ImageApp.Web.Sharing;

/// <summary>
/// That a browser knows a link's password. Signed with what is stored of the password, so that every instance can verify it, no key has to
/// be kept, and it ends with the password.
/// </summary>
internal static class ShareCookie
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>Gives it to the browser, for this link's addresses alone.</summary>
    public static void Give(HttpContext context, Share share, string token, DateTimeOffset now)
    {
        var ends = now + Lifetime;
        context.Response.Cookies.Append(NameOf(share), Value(share, ends.ToUnixTimeSeconds()), new CookieOptions
        {
            Path = $"/s/{token}",
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
            Expires = ends,
            IsEssential = true,
        });
    }

    /// <summary>Whether the browser has it.</summary>
    public static bool IsThere(HttpRequest request, Share share, DateTimeOffset now)
    {
        var given = request.Cookies[NameOf(share)];
        return given?.Split('.') is [{ } end, _]
            && long.TryParse(end, out var ends)
            && ends > now.ToUnixTimeSeconds()
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(Value(share, ends)));
    }

    private static string NameOf(Share share) => $"share-{share.Id}";

    private static string Value(Share share, long ends)
    {
        var signed = new byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(signed, share.Id);
        BinaryPrimitives.WriteInt64BigEndian(signed.AsSpan(sizeof(long)), ends);
        return $"{ends}.{Base64Url.EncodeToString(HMACSHA256.HashData(share.PasswordHash ?? [], signed))}";
    }
}
