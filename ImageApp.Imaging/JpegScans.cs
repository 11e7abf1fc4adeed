using System.Buffers.Binary;

namespace ImageApp.Imaging;

/// <summary>
/// Tells whether a JPEG's scans hold all of the picture (ITU-T T.81, annexes F and G), without decoding it: libjpeg calls a file cut short
/// when all that is missing is its end marker. Asked only of files that libjpeg has a remark on.
/// </summary>
internal ref struct JpegScans
{
    private const int TableBits = 16;
    private const int MaxComponents = 4;

    // More than any encoder writes, and than libvips reads: 128 megapixels, a hundred scans, and tables for each of them.
    private const int MaxUnits = 2_000_000;
    private const int MaxScans = 100;
    private const int MaxTables = 1024;

    private readonly ReadOnlySpan<byte> _file;
    private readonly ushort[]?[] _tables = new ushort[]?[2 * MaxComponents];
    private JpegFrame? _frame;
    private bool _hasFrame;
    private int _scans;
    private int _tablesRead;
    private JpegCoverage? _coverage;

    // Of each component's blocks, which coefficients are not zero: one bit each.
    private ulong[][] _nonZero = [];
    private uint _endOfBandRun;
    private int _restartInterval;
    private int _at;

    // Bits that were read ahead: how many, and how many of them are really in the file.
    private ulong _bits;
    private int _bitCount;
    private int _missingBits;

    private JpegScans(ReadOnlySpan<byte> file) => _file = file;

    /// <summary>Whether every bit of every coefficient of a picture is in its file; never so of a file that is not coded by
    /// Huffman's method.</summary>
    /// <param name="path">The file.</param>
    public static bool AreComplete(string path) => AreComplete(File.ReadAllBytes(path));

    /// <summary>Whether every bit of every coefficient of a picture is in its file; never so of a file that is not coded by
    /// Huffman's method.</summary>
    /// <param name="file">The whole file.</param>
    public static bool AreComplete(ReadOnlySpan<byte> file) => new JpegScans(file).AreComplete();

    private bool AreComplete()
    {
        while (NextMarker() is { } marker && marker != 0xD9)
        {
            if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
            {
                continue;
            }

            if (_at + 2 > _file.Length
                || BinaryPrimitives.ReadUInt16BigEndian(_file[_at..]) is var length && (length < 2 || _at + length > _file.Length))
            {
                break;
            }

            var segment = _file[(_at + 2)..(_at + length)];
            _at += length;
            switch (marker)
            {
                case 0xC4 when !ReadTables(segment):
                    return false;
                case 0xC4:
                    break;
                case 0xDD when segment.Length >= 2:
                    _restartInterval = BinaryPrimitives.ReadUInt16BigEndian(segment);
                    break;
                case >= 0xC0 and <= 0xCF and not (0xC8 or 0xCC) when _hasFrame:
                    return false;
                case >= 0xC0 and <= 0xCF and not (0xC8 or 0xCC):
                    ReadFrame(marker, segment);
                    break;
                case 0xDA when _frame is null || ++_scans > MaxScans || !ReadScan(segment):
                    return false;
            }
        }

        return _coverage is { IsComplete: true };
    }

    private void ReadFrame(byte marker, ReadOnlySpan<byte> segment)
    {
        _hasFrame = true;
        _frame = JpegFrame.Parse(marker, segment) is { Process: 0xC0 or 0xC1 or 0xC2 } frame ? frame : null;
        if (_frame is not null)
        {
            _coverage = new JpegCoverage(_frame.Components.Count);
            _nonZero = new ulong[_frame.Components.Count][];
        }
    }

    // Each table becomes one of 65,536 entries: for the next sixteen bits the code's length and its symbol.
    private bool ReadTables(ReadOnlySpan<byte> segment)
    {
        while (segment.Length >= 17)
        {
            if (++_tablesRead > MaxTables)
            {
                return false;
            }

            var index = (((segment[0] >> 4) & 1) * MaxComponents) + (segment[0] & 3);
            var counts = segment.Slice(1, TableBits);
            var symbols = segment[17..];
            var table = _tables[index] ??= new ushort[1 << TableBits];
            table.AsSpan().Clear();
            int code = 0, used = 0;
            for (var bits = 1; bits <= TableBits; bits++, code <<= 1)
            {
                for (var i = 0; i < counts[bits - 1] && used < symbols.Length; i++, code++, used++)
                {
                    var from = code << (TableBits - bits);
                    if (from >= table.Length)
                    {
                        return false;
                    }

                    table.AsSpan(from, 1 << (TableBits - bits)).Fill((ushort)((bits << 8) | symbols[used]));
                }
            }

            segment = symbols[used..];
        }

        return true;
    }

    private bool ReadScan(ReadOnlySpan<byte> segment)
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
            components[i] = _frame!.IndexOf(segment[1 + (i * 2)]);
            tables[i] = segment[2 + (i * 2)];
            if (components[i] < 0)
            {
                return false;
            }
        }

        // What these bytes say counts in a progressive picture only.
        var scan = _frame!.IsProgressive
            ? new Scan(segment[^3] & 63, segment[^2] & 63, segment[^1] >> 4, segment[^1] & 15)
            : new Scan(0, JpegCoverage.BlockLength - 1, 0, 0);
        if (scan.Last < scan.First || (_frame.IsProgressive && scan.First > 0 && count > 1))
        {
            return false;
        }

        foreach (var component in components)
        {
            _coverage!.Add(component, scan.First, scan.Last, scan.Low);
        }

        return ReadUnits(scan, components, tables);
    }

    private bool ReadUnits(Scan scan, scoped ReadOnlySpan<int> components, scoped ReadOnlySpan<int> tables)
    {
        var frame = _frame!;
        var horizontal = frame.Components.Max(component => component.Horizontal);
        var vertical = frame.Components.Max(component => component.Vertical);
        var interleaved = components.Length > 1;

        // A component by itself has just the blocks that its samples need, and interleaved ones whole units.
        var own = frame.Components[components[0]];
        var units = interleaved
            ? Ceiling(frame.Width, 8 * horizontal) * Ceiling(frame.Height, 8 * vertical)
            : Ceiling(Ceiling(frame.Width * own.Horizontal, horizontal), 8) * Ceiling(Ceiling(frame.Height * own.Vertical, vertical), 8);
        if (units > MaxUnits)
        {
            return false;
        }

        var nonZero = scan.First > 0 ? _nonZero[components[0]] ??= new ulong[units] : [];
        (_bits, _bitCount, _missingBits, _endOfBandRun) = (0, 0, 0, 0);
        for (var unit = 0L; unit < units; unit++)
        {
            if (_restartInterval > 0 && unit > 0 && unit % _restartInterval == 0 && !Restart())
            {
                return false;
            }

            if (scan.First > 0)
            {
                var ac = _tables[MaxComponents + (tables[0] & 3)];
                if (ac is null || !(scan.High == 0 ? ReadBand(scan, ac, ref nonZero[unit]) : RefineBand(scan, ac, ref nonZero[unit])))
                {
                    return false;
                }

                continue;
            }

            for (var i = 0; i < components.Length; i++)
            {
                var factors = frame.Components[components[i]];
                var blocks = interleaved ? factors.Horizontal * factors.Vertical : 1;
                for (; blocks > 0; blocks--)
                {
                    if (!ReadBlock(scan, _tables[(tables[i] >> 4) & 3], _tables[MaxComponents + (tables[i] & 3)]))
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    }

    // From the first coefficient on: all of a sequential picture's block, or the first one only, or one more bit of that.
    private bool ReadBlock(Scan scan, ushort[]? dc, ushort[]? ac)
    {
        if (scan.High > 0)
        {
            return Skip(1);
        }

        if (dc is null || Symbol(dc) is not (>= 0 and <= 16 and var size) || !Skip(size))
        {
            return false;
        }

        var ignored = 0UL;
        return scan.Last == 0 || (ac is not null && ReadBand(scan with { First = 1 }, ac, ref ignored));
    }

    private bool ReadBand(Scan scan, ushort[] ac, ref ulong nonZero)
    {
        if (_endOfBandRun > 0)
        {
            _endOfBandRun--;
            return true;
        }

        for (var coefficient = scan.First; coefficient <= scan.Last; coefficient++)
        {
            var symbol = Symbol(ac);
            if (symbol < 0)
            {
                return false;
            }

            var (run, bits) = (symbol >> 4, symbol & 15);
            coefficient += run;
            if (bits > 0)
            {
                if (coefficient > scan.Last || !Skip(bits))
                {
                    return false;
                }

                nonZero |= 1UL << coefficient;
            }
            else if (run != 15)
            {
                if (!ReadEndOfBand(run))
                {
                    return false;
                }

                _endOfBandRun--;
                break;
            }
        }

        return true;
    }

    // One more bit of the coefficients that are not zero, and those that become so (ITU-T T.81, G.1.2.3).
    private bool RefineBand(Scan scan, ushort[] ac, ref ulong nonZero)
    {
        var coefficient = scan.First;
        for (; _endOfBandRun == 0 && coefficient <= scan.Last; coefficient++)
        {
            var symbol = Symbol(ac);
            if (symbol < 0)
            {
                return false;
            }

            var (run, bits) = (symbol >> 4, symbol & 15);
            if (bits == 0 && run != 15)
            {
                if (!ReadEndOfBand(run))
                {
                    return false;
                }

                break;
            }

            if (!Skip(bits) || !PassZeros(scan, ref coefficient, run, nonZero))
            {
                return false;
            }

            if (bits > 0 && coefficient <= scan.Last)
            {
                nonZero |= 1UL << coefficient;
            }
        }

        if (_endOfBandRun == 0)
        {
            return true;
        }

        _endOfBandRun--;
        return PassZeros(scan, ref coefficient, int.MaxValue, nonZero);
    }

    // Passes a run of zero coefficients; each other on the way has its bit.
    private bool PassZeros(Scan scan, ref int coefficient, int run, ulong nonZero)
    {
        for (; coefficient <= scan.Last; coefficient++)
        {
            if ((nonZero & (1UL << coefficient)) != 0)
            {
                if (!Skip(1))
                {
                    return false;
                }
            }
            else if (run-- == 0)
            {
                break;
            }
        }

        return true;
    }

    private bool ReadEndOfBand(int bits)
    {
        // A sequential picture's end of block is that of one block.
        Fill();
        _endOfBandRun = (1U << bits) + (bits == 0 ? 0 : (uint)(_bits >> (_bitCount - bits)) & ((1U << bits) - 1));
        return Skip(bits);
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
        (_bits, _bitCount, _missingBits, _endOfBandRun) = (0, 0, 0, 0);
        return NextMarker() is >= 0xD0 and <= 0xD7;
    }

    private byte? NextMarker() => JpegMarkers.Next(_file, ref _at);

    private static long Ceiling(long number, long divisor) => (number + divisor - 1) / divisor;

    // The coefficients of a scan, and the bits of them that came before and come now (ITU-T T.81, B.2.3).
    private readonly record struct Scan(int First, int Last, int High, int Low);
}
