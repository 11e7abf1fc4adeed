using System.Buffers.Binary;
using System.IO.Hashing;

namespace ImageApp.LocalAws.S3;

/// <summary>The reflected CRCs that System.IO.Hashing lacks: CRC-32C (RFC 3720) and CRC-64/NVME (NVM Express specification).</summary>
internal sealed class ReflectedCrc : NonCryptographicHashAlgorithm
{
    private readonly ulong[] _table = new ulong[256];
    private readonly ulong _mask;
    private ulong _state;

    private ReflectedCrc(int bytes, ulong polynomial)
        : base(bytes)
    {
        _mask = bytes == 8 ? ulong.MaxValue : uint.MaxValue;
        for (var i = 0; i < 256; i++)
        {
            var value = (ulong)i;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) == 1 ? (value >> 1) ^ polynomial : value >> 1;
            }

            _table[i] = value;
        }

        Reset();
    }

    public static ReflectedCrc Crc32C() => new(4, 0x82F63B78);

    public static ReflectedCrc Crc64Nvme() => new(8, 0x9A6C9329AC4BC9B5);

    public override void Append(ReadOnlySpan<byte> source)
    {
        var state = _state;
        foreach (var value in source)
        {
            state = (state >> 8) ^ _table[(byte)state ^ value];
        }

        _state = state;
    }

    public override void Reset() => _state = _mask;

    protected override void GetCurrentHashCore(Span<byte> destination)
    {
        var value = (_state ^ _mask) & _mask;
        if (HashLengthInBytes == 8)
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)value);
        }
    }
}
