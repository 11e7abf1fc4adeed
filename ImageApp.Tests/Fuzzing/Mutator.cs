using System.Buffers.Binary;
using System.Text;

namespace ImageApp.Tests.Fuzzing;

/// <summary>
/// Makes broken inputs of whole ones: bits, lengths that lie, what is cut, doubled, left out, exchanged, nested or put together of two.
/// It knows the pieces of the formats (<see cref="Pieces"/>), so that what it breaks is reached. The same seed makes the same input.
/// </summary>
internal sealed class Mutator(IReadOnlyList<byte[]> corpus, IReadOnlyList<string> words)
{
    private const int MostBytes = 96 * 1024;

    private static readonly uint[] Interesting =
        [0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF];

    private readonly byte[][] _words = [.. words.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Makes an input.</summary>
    public byte[] Make(int seed)
    {
        var random = new Random(seed);
        var input = corpus[random.Next(corpus.Count)];
        for (var changes = 1 + random.Next(random.Next(2) == 0 ? 2 : 8); changes > 0; changes--)
        {
            input = Change(input, random);
        }

        input = input.Length > MostBytes ? input[..MostBytes] : input;

        // Checksums are right mostly: a decoder that looks at them would see nothing else.
        return random.Next(4) == 0 ? input : Pieces.WithChecksums(input);
    }

    private byte[] Change(byte[] input, Random random)
    {
        if (input.Length == 0)
        {
            return Word(random);
        }

        var at = random.Next(input.Length);
        var pieces = random.Next(3) == 0 ? [] : Pieces.Of(input);
        var piece = pieces.Count > 0 ? pieces[random.Next(pieces.Count)] : Any(input, random);
        var changed = (byte[])input.Clone();
        switch (random.Next(16))
        {
            case 0:
                changed[at] ^= (byte)(1 << random.Next(8));
                return changed;
            case 1:
                changed[at] = (byte)random.Next(256);
                return changed;
            case 2:
                changed[at] = (byte)Interesting[random.Next(Interesting.Length)];
                return changed;
            case 3:
                Put(changed.AsSpan(at), random);
                return changed;
            case 4:
                return input[..at];
            case 5:
                return [.. input[..piece.Start], .. input[piece.End..]];
            case 6:
                // Doubled, seldom often.
                var times = random.Next(8) == 0 ? 2 + random.Next(200) : 1;
                var part = input.AsSpan(piece.Start, Math.Min(piece.Length, MostBytes / times)).ToArray();
                return [.. input[..piece.Start], .. Enumerable.Repeat(part, times).SelectMany(one => one), .. input[piece.Start..]];
            case 7:
                var other = pieces.Count > 0 ? pieces[random.Next(pieces.Count)] : Any(input, random);
                var (first, second) = piece.Start <= other.Start ? (piece, other) : (other, piece);
                return first.End > second.Start
                    ? input
                    : [.. input[..first.Start], .. input[second.Start..second.End], .. input[first.End..second.Start],
                        .. input[first.Start..first.End], .. input[second.End..]];
            case 8:
                if (piece.LengthSize == 0)
                {
                    return changed;
                }

                Put(changed.AsSpan(piece.LengthAt, piece.LengthSize), random);
                return changed;
            case 9:
                var donor = corpus[random.Next(corpus.Count)];
                return [.. input[..at], .. donor[random.Next(donor.Length + 1)..]];
            case 10:
                return [.. input[..at], .. Word(random), .. input[at..]];
            case 11:
                var word = Word(random);
                return [.. input[..at], .. word, .. input[Math.Min(input.Length, at + word.Length)..]];
            case 12:
                var filled = changed.AsSpan(piece.Start, piece.Length);
                random.NextBytes(filled[random.Next(filled.Length + 1)..]);
                return changed;
            case 13 or 14:
                return [.. input[..piece.Start], .. Word(random), .. input[piece.End..]];
            default:
                // Nested in itself: what is opened before, what closes behind.
                var half = piece.Length / 2;
                var depth = 2 + random.Next(60);
                return [.. input[..piece.Start],
                    .. Enumerable.Repeat(input[piece.Start..(piece.Start + half)], depth).SelectMany(one => one),
                    .. Enumerable.Repeat(input[(piece.Start + half)..piece.End], depth).SelectMany(one => one), .. input[piece.End..]];
        }
    }

    private byte[] Word(Random random) =>
        _words.Length == 0 ? [(byte)random.Next(256)] : _words[random.Next(_words.Length)];

    private static Piece Any(byte[] input, Random random)
    {
        var start = random.Next(input.Length);
        return new Piece(start, 1 + random.Next(Math.Min(64, input.Length - start)), 0, 0);
    }

    private static void Put(Span<byte> at, Random random)
    {
        var number = random.Next(4) == 0 ? (uint)random.Next() : Interesting[random.Next(Interesting.Length)];
        var little = random.Next(2) == 0;
        switch (at.Length)
        {
            case 0:
                break;
            case 1:
                at[0] = (byte)number;
                break;
            case < 4:
                WriteUInt16(at, (ushort)number, little);
                break;
            default:
                if (random.Next(2) == 0)
                {
                    WriteUInt16(at, (ushort)number, little);
                }
                else if (little)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(at, number);
                }
                else
                {
                    BinaryPrimitives.WriteUInt32BigEndian(at, number);
                }

                break;
        }
    }

    private static void WriteUInt16(Span<byte> at, ushort number, bool little)
    {
        if (little)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(at, number);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(at, number);
        }
    }
}
