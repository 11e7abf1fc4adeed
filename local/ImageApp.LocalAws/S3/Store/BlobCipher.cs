using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ImageApp.LocalAws.S3.Store;

/// <summary>
/// AES-256 in counter mode over a blob, so that any range can be read. Each blob has a random name of its own, which is where its counter
/// begins.
/// </summary>
internal sealed class BlobCipher(byte[] key) : IDisposable
{
    private const int BlockBytes = 16;
    private const int RunBytes = 16 * 1024;

    private readonly Aes _aes = CreateAes(key);

    /// <summary>Encrypts or decrypts bytes in place, which counter mode does in the same way.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="offset">Where in the blob the bytes begin.</param>
    /// <param name="bytes">The bytes.</param>
    public void Apply(Guid blob, long offset, Span<byte> bytes)
    {
        Span<byte> first = stackalloc byte[BlockBytes];
        blob.TryWriteBytes(first);
        var counter = BinaryPrimitives.ReadUInt128BigEndian(first) + (UInt128)(ulong)(offset / BlockBytes);
        var skipped = (int)(offset % BlockBytes);
        Span<byte> stream = new byte[RunBytes];
        while (bytes.Length > 0)
        {
            for (var block = 0; block < RunBytes; block += BlockBytes)
            {
                BinaryPrimitives.WriteUInt128BigEndian(stream[block..], counter++);
            }

            _aes.EncryptEcb(stream, stream, PaddingMode.None);
            var count = Math.Min(bytes.Length, RunBytes - skipped);
            for (var i = 0; i < count; i++)
            {
                bytes[i] ^= stream[skipped + i];
            }

            bytes = bytes[count..];
            skipped = 0;
        }
    }

    public void Dispose() => _aes.Dispose();

    private static Aes CreateAes(byte[] key)
    {
        var aes = Aes.Create();
        aes.Key = key;
        return aes;
    }
}
