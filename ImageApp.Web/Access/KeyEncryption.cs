using System.Security.Cryptography;
using System.Text;

namespace ImageApp.Web.Access;

/// <summary>
/// Encrypts with <c>Access:KeyEncryptionKey</c>: AES-256-GCM with a random nonce, the key by HKDF so that a longer or less uniform secret
/// does as well.
/// </summary>
internal sealed class KeyEncryption(AccessOptions options)
{
    private const int KeySize = 32;
    private static readonly byte[] Purpose = "ImageApp data protection keys, version 1"u8.ToArray();
    private static readonly int NonceSize = AesGcm.NonceByteSizes.MaxSize;
    private static readonly int TagSize = AesGcm.TagByteSizes.MaxSize;
    private readonly byte[] _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, options.KeyBytes(), KeySize, info: Purpose);

    /// <summary>Encrypts a text: nonce, tag and ciphertext, as Base64.</summary>
    public string Encrypt(string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var sealedBytes = new byte[NonceSize + TagSize + plain.Length];
        var nonce = sealedBytes.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagSize);
        aes.Encrypt(nonce, plain, sealedBytes.AsSpan(NonceSize + TagSize), sealedBytes.AsSpan(NonceSize, TagSize), Purpose);
        return Convert.ToBase64String(sealedBytes);
    }

    /// <summary>Decrypts what <see cref="Encrypt"/> made.</summary>
    /// <exception cref="CryptographicException">It was encrypted with another key, or was changed.</exception>
    public string Decrypt(string text)
    {
        var sealedBytes = Convert.FromBase64String(text);
        if (sealedBytes.Length < NonceSize + TagSize)
        {
            throw new CryptographicException("A key in the catalogue is cut short.");
        }

        var plain = new byte[sealedBytes.Length - NonceSize - TagSize];
        using var aes = new AesGcm(_key, TagSize);
        try
        {
            aes.Decrypt(
                sealedBytes.AsSpan(0, NonceSize),
                sealedBytes.AsSpan(NonceSize + TagSize),
                sealedBytes.AsSpan(NonceSize, TagSize),
                plain,
                Purpose);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new CryptographicException(
                "A key in the catalogue was encrypted with another Access:KeyEncryptionKey, or was changed. Whoever signed in with it "
                    + "has to sign in again.", e);
        }

        return Encoding.UTF8.GetString(plain);
    }
}
