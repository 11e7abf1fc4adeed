using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ImageApp.Web.Sharing;

/// <summary>
/// A link's password as it is stored: its cost (4 bytes), its salt (16) and PBKDF2 of it with HMAC-SHA-256 (32).
/// </summary>
internal static class SharePassword
{
    /// <summary>The longest password, in characters.</summary>
    public const int MaxLength = 200;

    // OWASP Password Storage Cheat Sheet, PBKDF2 with HMAC-SHA-256.
    private const int Iterations = 600_000;
    private const int SaltLength = 16;
    private const int HashLength = SHA256.HashSizeInBytes;

    /// <summary>What to store of a password.</summary>
    public static byte[] Hash(string password)
    {
        var stored = new byte[sizeof(int) + SaltLength + HashLength];
        BinaryPrimitives.WriteInt32BigEndian(stored, Iterations);
        var salt = stored.AsSpan(sizeof(int), SaltLength);
        RandomNumberGenerator.Fill(salt);
        Rfc2898DeriveBytes.Pbkdf2(password, salt, stored.AsSpan(sizeof(int) + SaltLength), Iterations, HashAlgorithmName.SHA256);
        return stored;
    }

    /// <summary>Whether a password is the one of which <paramref name="stored"/> is; takes as long either way.</summary>
    public static bool Matches(string? password, ReadOnlySpan<byte> stored)
    {
        if (password is not { Length: > 0 and <= MaxLength } || stored.Length != sizeof(int) + SaltLength + HashLength)
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[HashLength];
        Rfc2898DeriveBytes.Pbkdf2(
            password, stored.Slice(sizeof(int), SaltLength), hash, BinaryPrimitives.ReadInt32BigEndian(stored), HashAlgorithmName.SHA256);
        return CryptographicOperations.FixedTimeEquals(hash, stored[(sizeof(int) + SaltLength)..]);
    }
}
