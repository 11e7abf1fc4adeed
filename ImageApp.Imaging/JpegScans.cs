using System.Buffers.Binary;

namespace ImageApp.Imaging;

/// <summary>
/// Tells whether a JPEG's scans hold all of the picture (ITU-T T.81, annex F), without decoding it: libjpeg calls a file cut short when all that is
/// missing is its end marker, and one whole that was cut and then closed. Asked only of files that libjpeg has a remark on.
/// </summary>
internal ref struct JpegScans
{
    private const int TableBits = 16;
    private const int MaxComponents = 4;

    private readonly ReadOnlySpan<byte> _file;
    private readonly ushort[]?[] _tables = new ushort[]?[2 * MaxComponents];
    private JpegFrame? _frame;
    private byte[] _identifiers = [];
    private int _restartInterval;
    private int _at;

    // Bits that were read ahead: how many, and how many of them are really in the file.
    private ulong _bits;
    private int _bitCount;
    private int _missingBits;

    private JpegScans(ReadOnlySpan<byte> file) => _file = file;

    /// <summary>What is known of a file's scans.</summary>
    public enum Finding
    {
        /// <summary>Every block of every component is there.</summary>
        Complete,

        /// <summary>Some are not, or are broken.</summary>
        Incomplete,

        /// <summary>Only a decoder can tell whether the blocks are there, but the scans for all bits of all coefficients are.</summary>
        AskDecoder,
    }

    /// <summary>Looks at a file.</summary>
    /// <param name="file">The whole file.</param>
    public static Finding Examine(ReadOnlySpan<byte> file) => new JpegScans(file).Examine();

    private Finding Examine()
    {
        var seen = new bool[MaxComponents];
        var lowBits = new int[MaxComponents * 64];
        Array.Fill(lowBits, int.MaxValue);
        while (NextMarker() is { } marker && marker != 0xD9)
        {
            if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
            {
                continue;
            }

            if (_at + 2 > _file.Length || BinaryPrimitives.ReadUInt16BigEndian(_file[_at..]) is var length && (length < 2 || _at + length > _file.Length))
            {
                break;
            }

            var segment = _file[(_at + 2)..(_at + length)];
            _at += length;
            switch (marker)
            {
                case 0xC4:
                    ReadTables(segment);
                    break;
                case 0xDD when segment.Length >= 2:
                    _restartInterval = BinaryPrimitives.ReadUInt16BigEndian(segment);
                    break;
                case >= 0xC0 and <= 0xCF and not (0xC8 or 0xCC):
                    ReadFrame(segment);
                    break;
                case 0xDA when _frame is null || !ReadScan(segment, seen, lowBits):
                    return Finding.Incomplete;
            }
        }

        if (_frame is null)
        {
            return Finding.Incomplete;
        }

        if (_frame.IsProgressive)
        {
            return lowBits.AsSpan(0, _frame.Components.Count * 64).IndexOfAnyExcept(0) < 0 ? Finding.AskDecoder : Finding.Incomplete;
        }

        return !seen.AsSpan(0, _frame.Components.Count).Contains(false) ? IsHuffmanSequential ? Finding.Complete : Finding.AskDecoder : Finding.Incomplete;
    }

    private readonly bool IsHuffmanSequential => _frame!.Process is 0xC0 or 0xC1;

    private void ReadFrame(ReadOnlySpan<byte> segment)
    {
        // The frame is read as when the header was, from the file's start.
        _frame = JpegFrame.Read(new MemoryStream(_file[..Math.Min(_file.Length, _at + 64)].ToArray()));
        if (_frame is null || segment.Length < 6 + (_frame.Components.Count * 3))
        {
            _frame = null;
            return;
        }

        _identifiers = new byte[_frame.Components.Count];
        for (var i = 0; i < _identifiers.Length; i++)
        {
            _identifiers[i] = segment[6 + (i * 3)];
        }
    }

    // Each table becomes one of 65,536 entries: for the next sixteen bits the code's length and its symbol.
    private readonly void ReadTables(ReadOnlySpan<byte> segment)
    {
        while (segment.Length >= 17)
        {
            var index = (((segment[0] >> 4) & 1) * MaxComponents) + (segment[0] & 3);
            var counts = segment.Slice(1, TableBits);
            var symbols = segment[17..];
            var table = new ushort[1 << TableBits];
            int code = 0, used = 0;
            for (var bits = 1; bits <= TableBits; bits++, code <<= 1)
            {
                for (var i = 0; i < counts[bits - 1] && used < symbols.Length; i++, code++, used++)
                {
                    var from = code << (TableBits - bits);
                    if (from >= table.Length)
                    {
                        return;
                    }

                    table.AsSpan(from, 1 << (TableBits - bits)).Fill((ushort)((bits << 8) | symbols[used]));
                }
            }

            _tables[index] = table;
            segment = symbols[used..];
        }
    }

    private bool ReadScan(ReadOnlySpan<byte> segment, bool[] seen, int[] lowBits)
    {
        var count = segment.IsEmpty ? 0 : segment[0];
        if (count is 0 or > MaxComponents || segment.Length < 4 + (count * 2))
        {
            return false;
        }

        Span<int> components = stackalloc int[count];
        Span<int> tables = stackalloc int[count];
        for (var i = 0; i < count; i++)
        {
            components[i] = Array.IndexOf(_identifiers, segment[1 + (i * 2)]);
            tables[i] = segment[2 + (i * 2)];
            if (components[i] < 0)
            {
                return false;
            }

            seen[components[i]] = true;
        }

        var (first, last, low) = (segment[^3] & 63, segment[^2] & 63, segment[^1] & 15);
        foreach (var component in components)
        {
            for (var coefficient = first; coefficient <= last; coefficient++)
            {
                lowBits[(component * 64) + coefficient] = low;
            }
        }

        return !IsHuffmanSequential || ReadBlocks(components, tables);
    }

    private bool ReadBlocks(scoped ReadOnlySpan<int> components, scoped ReadOnlySpan<int> tables)
    {
        var frame = _frame!;
        var (horizontal, vertical) = (frame.Components.Max(component => component.Horizontal), frame.Components.Max(component => component.Vertical));
        var interleaved = components.Length > 1;

        // A component by itself has just the blocks that its samples need, and interleaved ones whole units.
        var own = frame.Components[components[0]];
        var units = interleaved
            ? Ceiling(frame.Width, 8 * horizontal) * Ceiling(frame.Height, 8 * vertical)
            : Ceiling(Ceiling(frame.Width * own.Horizontal, horizontal), 8) * Ceiling(Ceiling(frame.Height * own.Vertical, vertical), 8);
        (_bits, _bitCount, _missingBits) = (0, 0, 0);
        for (var unit = 0L; unit < units; unit++)
        {
            if (_restartInterval > 0 && unit > 0 && unit % _restartInterval == 0 && !Restart())
            {
                return false;
            }

            for (var i = 0; i < components.Length; i++)
            {
                var factors = frame.Components[components[i]];
                var blocks = interleaved ? factors.Horizontal * factors.Vertical : 1;
                for (; blocks > 0; blocks--)
                {
                    if (!ReadBlock(_tables[(tables[i] >> 4) & 3], _tables[MaxComponents + (tables[i] & 3)]))
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    }

    private bool ReadBlock(ushort[]? dc, ushort[]? ac)
    {
        if (dc is null || ac is null || Symbol(dc) is not (>= 0 and <= 16 and var size) || !Skip(size))
        {
            return false;
        }

        for (var coefficient = 1; coefficient < 64; coefficient++)
        {
            var symbol = Symbol(ac);
            if (symbol < 0)
            {
                return false;
            }

            var (run, bits) = (symbol >> 4, symbol & 15);
            if (bits == 0)
            {
                if (run != 15)
                {
                    break;
                }

                coefficient += 15;
                continue;
            }

            coefficient += run;
            if (coefficient > 63 || !Skip(bits))
            {
                return false;
            }
        }

        return true;
    }

    private int Symbol(ushort[] table)
    {
        Fill();
        var entry = table[(int)(_bits >> (_bitCount - TableBits)) & ((1 << TableBits) - 1)];
        return entry != 0 && Skip(entry >> 8) ? entry & 0xFF : -1;
    }

    private bool Skip(int count)
    {
        Fill();
        _bitCount -= count;
        return _bitCount >= _missingBits;
    }

    // Beyond the scan's end there are ones, which are counted.
    private void Fill()
    {
        while (_bitCount <= 40)
        {
            if (_at < _file.Length && _file[_at] != 0xFF)
            {
                _bits = (_bits << 8) | _file[_at++];
            }
            else if (_at + 1 < _file.Length && _file[_at + 1] == 0)
            {
                _bits = (_bits << 8) | 0xFF;
                _at += 2;
            }
            else
            {
                _bits = (_bits << 8) | 0xFF;
                _missingBits += 8;
            }

            _bitCount += 8;
        }
    }

    private bool Restart()
    {
        (_bits, _bitCount, _missingBits) = (0, 0, 0);
        return NextMarker() is >= 0xD0 and <= 0xD7;
    }

    private byte? NextMarker()
    {
        while (_at + 1 < _file.Length)
        {
            var next = _file[_at..].IndexOf((byte)0xFF);
            if (next < 0)
            {
                break;
            }

            _at += next + 1;
            if (_at < _file.Length && _file[_at] is not (0 or 0xFF) and var marker)
            {
                _at++;
                return marker;
            }
        }

        _at = _file.Length;
        return null;
    }

    private static long Ceiling(long number, long divisor) => (number + divisor - 1) / divisor;
}
