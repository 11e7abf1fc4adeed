using System.IO.Hashing;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace ImageApp.Core.Storage;

/// <summary>
/// A checksum of an object's bytes as S3 has it (Amazon S3 User Guide, "Checking object integrity"). The SDK's own are computed by plain
/// loops, at a tenth of the platform's speed.
/// </summary>
public sealed class ObjectChecksum : IDisposable
{
    private readonly NonCryptographicHashAlgorithm? _crc;
    private readonly IncrementalHash? _hash;
    private readonly bool _isETag;

    private ObjectChecksum(string name, NonCryptographicHashAlgorithm? crc = null, HashAlgorithmName? hash = null, bool isETag = false)
    {
        Name = name;
        _crc = crc;
        _hash = hash is { } algorithm ? IncrementalHash.CreateHash(algorithm) : null;
        _isETag = isETag;
    }

    /// <summary>The algorithm's name, for people.</summary>
    public string Name { get; }

    /// <summary>The value of what was appended: Base64 as in S3's headers, or an eTag.</summary>
    public string Value
    {
        get
        {
            var bytes = Bytes();
            return _isETag ? Convert.ToHexStringLower(bytes) : Convert.ToBase64String(bytes);
        }
    }

    /// <summary>The one that new objects are put with.</summary>
    public static ObjectChecksum Crc32() => new("CRC32", crc: new Crc32());

    /// <summary>Adds the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _crc?.Append(bytes);
        _hash?.AppendData(bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _hash?.Dispose();

    // What an answer says its whole body amounts to, by the cheapest that it has; null where it says nothing, as of a range, of parts
    // that were put one by one, or of what another key encrypts.
    internal static (ObjectChecksum Checksum, string Expected)? SaidOf(GetObjectResponse found) => found switch
    {
        { ContentRange: not null } => null,
        { ChecksumType: { } type } when type == ChecksumType.COMPOSITE => null,
        { ChecksumCRC32: { Length: > 0 } value } => (Crc32(), value),
        { ChecksumCRC32C: { Length: > 0 } value } => (new("CRC32C", crc: new Crc32(Crc32ParameterSet.Crc32C)), value),
        { ChecksumCRC64NVME: { Length: > 0 } value } => (new("CRC64NVME", crc: new Crc64(Crc64ParameterSet.Nvme)), value),
        { ChecksumSHA256: { Length: > 0 } value } => (new("SHA-256", hash: HashAlgorithmName.SHA256), value),
        { ServerSideEncryptionKeyManagementServiceKeyId.Length: > 0 } => null,
        { ETag: { } tag } when IsMd5(tag.Trim('"')) => (new("MD5", hash: HashAlgorithmName.MD5, isETag: true), tag.Trim('"')),
        _ => null,
    };

    private static bool IsMd5(string tag) => tag.Length == 2 * MD5.HashSizeInBytes && tag.All(char.IsAsciiHexDigitLower);

    private byte[] Bytes()
    {
        if (_crc is null)
        {
            return _hash!.GetCurrentHash();
        }

        // The library has a CRC's least significant byte first, S3 its most significant.
        var bytes = _crc.GetCurrentHash();
        Array.Reverse(bytes);
        return bytes;
    }
}
