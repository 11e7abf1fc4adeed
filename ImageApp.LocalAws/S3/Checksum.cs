using System.IO.Hashing;
using System.Security.Cryptography;

namespace ImageApp.LocalAws.S3;

/// <summary>The additional checksums of S3 (Amazon S3 User Guide, "Checking object integrity"), computed while content streams by.</summary>
internal sealed class Checksum : IDisposable
{
    private readonly IncrementalHash? _cryptographic;
    private readonly NonCryptographicHashAlgorithm? _cyclic;

    private Checksum(string header, IncrementalHash? cryptographic, NonCryptographicHashAlgorithm? cyclic)
    {
        Header = header;
        _cryptographic = cryptographic;
        _cyclic = cyclic;
    }

    /// <summary>The header it is sent in, for example <c>x-amz-checksum-crc32</c>.</summary>
    public string Header { get; }

    /// <summary>Starts a checksum.</summary>
    /// <param name="header">The header or trailer that names it.</param>
    /// <returns>Null where the name is none of S3's checksums.</returns>
    public static Checksum? TryCreate(string header) => header.ToLowerInvariant() switch
    {
        "x-amz-checksum-crc32" => new(header, null, new Crc32()),
        "x-amz-checksum-crc32c" => new(header, null, ReflectedCrc.Crc32C()),
        "x-amz-checksum-crc64nvme" => new(header, null, ReflectedCrc.Crc64Nvme()),
        "x-amz-checksum-sha1" => new(header, IncrementalHash.CreateHash(HashAlgorithmName.SHA1), null),
        "x-amz-checksum-sha256" => new(header, IncrementalHash.CreateHash(HashAlgorithmName.SHA256), null),
        _ => null,
    };

    public void Append(ReadOnlySpan<byte> content)
    {
        _cryptographic?.AppendData(content);
        _cyclic?.Append(content);
    }

    /// <summary>The checksum in Base64, most significant byte first, as S3 sends it.</summary>
    public string Finish()
    {
        if (_cryptographic is not null)
        {
            return Convert.ToBase64String(_cryptographic.GetHashAndReset());
        }

        var hash = _cyclic!.GetHashAndReset();
        if (_cyclic is Crc32)
        {
            // System.IO.Hashing gives CRC-32 least significant byte first.
            Array.Reverse(hash);
        }

        return Convert.ToBase64String(hash);
    }

    public void Dispose() => _cryptographic?.Dispose();
}
