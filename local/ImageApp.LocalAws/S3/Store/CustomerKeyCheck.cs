using System.Security.Cryptography;

namespace ImageApp.LocalAws.S3.Store;

/// <summary>
/// A salted hash of a customer's encryption key, by which the same key is known again. The key itself is never stored (S3 User Guide,
/// "Using server-side encryption with customer-provided keys").
/// </summary>
/// <param name="Salt">Random bytes, Base64.</param>
/// <param name="Hash">HMAC-SHA-256 of the salt by the key, Base64.</param>
internal sealed record CustomerKeyCheck(string Salt, string Hash)
{
    private const int SaltBytes = 16;

    public static CustomerKeyCheck Of(byte[] key)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new CustomerKeyCheck(Convert.ToBase64String(salt), Convert.ToBase64String(HMACSHA256.HashData(key, salt)));
    }

    public bool Knows(byte[] key) =>
        CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, Convert.FromBase64String(Salt)), Convert.FromBase64String(Hash));
}
