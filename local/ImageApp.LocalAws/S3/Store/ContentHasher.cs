using System.IO.Hashing;
using System.Security.Cryptography;

namespace ImageApp.LocalAws.S3.Store;

/// <summary>The MD5 of a body, which is its eTag, and one checksum, in one pass.</summary>
internal sealed class ContentHasher : IDisposable
{
    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private readonly NonCryptographicHashAlgorithm? _crc;
    private readonly IncrementalHash? _sha;

    public ContentHasher(ChecksumAlgorithm? algorithm)
    {
        Algorithm = algorithm;
        switch (algorithm)
        {
            case ChecksumAlgorithm.Crc32:
                _crc = new Crc32();
                break;
            case ChecksumAlgorithm.Crc32C:
                _crc = new Crc32(Crc32ParameterSet.Crc32C);
                break;
            case ChecksumAlgorithm.Crc64Nvme:
                _crc = new Crc64(Crc64ParameterSet.Nvme);
                break;
            case ChecksumAlgorithm.Sha1:
                _sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
                break;
            case ChecksumAlgorithm.Sha256:
                _sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                break;
        }
    }

    public ChecksumAlgorithm? Algorithm { get; }

    public void Append(ReadOnlySpan<byte> data)
    {
        _md5.AppendData(data);
        _crc?.Append(data);
        _sha?.AppendData(data);
    }

    public byte[] Md5() => _md5.GetCurrentHash();

    /// <summary>The checksum; null where no algorithm was asked for.</summary>
    public Checksum? Checksum() => Algorithm is { } algorithm ? new Checksum(algorithm, Convert.ToBase64String(ChecksumBytes())) : null;

    public void Dispose()
    {
        _md5.Dispose();
        _sha?.Dispose();
    }

    private byte[] ChecksumBytes()
    {
        if (_crc is null)
        {
            return _sha!.GetCurrentHash();
        }

        // The library has a CRC's least significant byte first, S3 its most significant.
        var bytes = _crc.GetCurrentHash();
        Array.Reverse(bytes);
        return bytes;
    }
}
