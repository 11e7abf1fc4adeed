using System.Buffers.Binary;

namespace ImageApp.LocalAws.Storage;

/// <summary>A reflected CRC of up to 64 bits, eight bytes a step. The shared framework has none, and S3 needs three.</summary>
internal sealed class CyclicRedundancyCheck
{
    private static readonly ulong[][] Crc32Tables = Tables(0xEDB88320);
    private static readonly ulong[][] Crc32CTables = Tables(0x82F63B78);
    private static readonly ulong[][] Crc64NvmeTables = Tables(0x9A6C9329AC4BC9B5);

    private readonly ulong[][] _tables;
    private readonly ulong _mask;
    private ulong _state;

    private CyclicRedundancyCheck(ulong[][] tables, ulong mask)
    {
        _tables = tables;
        _mask = mask;
        _state = mask;
    }

    /// <summary>The checksum of what was appended.</summary>
    public ulong Value => _state ^ _mask;

    /// <summary>CRC-32/ISO-HDLC, as in zip files.</summary>
    public static CyclicRedundancyCheck Crc32() => new(Crc32Tables, uint.MaxValue);

    /// <summary>CRC-32C (Castagnoli).</summary>
    public static CyclicRedundancyCheck Crc32C() => new(Crc32CTables, uint.MaxValue);

    /// <summary>CRC-64/NVME.</summary>
    public static CyclicRedundancyCheck Crc64Nvme() => new(Crc64NvmeTables, ulong.MaxValue);

    /// <summary>Adds data.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        var state = _state;
        var (t0, t1, t2, t3) = (_tables[0], _tables[1], _tables[2], _tables[3]);
        var (t4, t5, t6, t7) = (_tables[4], _tables[5], _tables[6], _tables[7]);
        while (data.Length >= 8)
        {
            var word = state ^ BinaryPrimitives.ReadUInt64LittleEndian(data);
            state = t7[(byte)word] ^ t6[(byte)(word >> 8)] ^ t5[(byte)(word >> 16)] ^ t4[(byte)(word >> 24)]
                ^ t3[(byte)(word >> 32)] ^ t2[(byte)(word >> 40)] ^ t1[(byte)(word >> 48)] ^ t0[(byte)(word >> 56)];
            data = data[8..];
        }

        foreach (var value in data)
        {
            state = t0[(byte)(state ^ value)] ^ (state >> 8);
        }

        _state = state;
    }

    private static ulong[][] Tables(ulong polynomial)
    {
        var tables = new ulong[8][];
        for (var slice = 0; slice < 8; slice++)
        {
            tables[slice] = new ulong[256];
            for (var value = 0; value < 256; value++)
            {
                if (slice > 0)
                {
                    var previous = tables[slice - 1][value];
                    tables[slice][value] = tables[0][(byte)previous] ^ (previous >> 8);
                    continue;
                }

                var crc = (ulong)value;
                for (var bit = 0; bit < 8; bit++)
                {
                    crc = (crc & 1) != 0 ? (crc >> 1) ^ polynomial : crc >> 1;
                }

                tables[0][value] = crc;
            }
        }

        return tables;
    }
}
