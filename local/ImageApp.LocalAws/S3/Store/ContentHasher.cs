using System.Buffers.Binary;
using System.Security.Cryptography;
using ImageApp.LocalAws.Storage;

namespace ImageApp.LocalAws.S3.Store;

/// <summary>The MD5 of a body, which is its eTag, and one checksum, in one pass.</summary>
internal sealed class ContentHasher : IDisposable
{
    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private readonly CyclicRedundancyCheck? _crc;
    private readonly IncrementalHash? _sha;

    public ContentHasher(ChecksumAlgorithm? algorithm)
    {
        Algorithm = algorithm;
        switch (algorithm)
        {
            case ChecksumAlgorithm.Crc32:
                _crc = CyclicRedundancyCheck.Crc32();
                break;
            case ChecksumAlgorithm.Crc32C:
                _crc = CyclicRedundancyCheck.Crc32C();
                break;
            case ChecksumAlgorithm.Crc64Nvme:
                _crc = CyclicRedundancyCheck.Crc64Nvme();
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

        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _crc.Value);
        return Algorithm == ChecksumAlgorithm.Crc64Nvme ? bytes : bytes[4..];
    }
}
