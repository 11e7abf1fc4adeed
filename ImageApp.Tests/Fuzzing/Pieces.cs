using System.Buffers.Binary;
using System.Text.Json;

namespace ImageApp.Tests.Fuzzing;

/// <summary>The pieces of what the parsers read, by the formats' own structure, as far as an input still has it.</summary>
internal static class Pieces
{
    private const int MostPieces = 2000;
    private static ReadOnlySpan<byte> PngSignature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The pieces of an input.</summary>
    public static IReadOnlyList<Piece> Of(byte[] input)
    {
        var pieces = new List<Piece>();
        if (input.AsSpan().StartsWith(PngSignature))
        {
            Png(input, pieces);
        }
        else if (input.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]))
        {
            Jpeg(input, pieces);
        }
        else if (input.AsSpan().StartsWith("RIFF"u8))
        {
            Riff(input, pieces);
        }
        else if (input.Length > 8 && input.AsSpan(4).StartsWith("ftyp"u8))
        {
            Boxes(input, 0, input.Length, pieces, depth: 0);
        }
        else if (input.AsSpan().StartsWith("GIF8"u8))
        {
            Gif(input, pieces);
        }
        else if (!Json(input, pieces))
        {
            Tokens(input, pieces);
        }

        return pieces;
    }

    /// <summary>An input whose checksums are right, where its format has some.</summary>
    public static byte[] WithChecksums(byte[] input)
    {
        if (!input.AsSpan().StartsWith(PngSignature))
        {
            return input;
        }

        var mended = (byte[])input.Clone();
        foreach (var chunk in Of(input).Where(chunk => chunk.Length >= 12))
        {
            var checksum = PngFile.Checksum(mended.AsSpan(chunk.Start + 4, chunk.Length - 8));
            BinaryPrimitives.WriteUInt32BigEndian(mended.AsSpan(chunk.End - 4), checksum);
        }

        return mended;
    }

    private static void Png(byte[] input, List<Piece> pieces)
    {
        for (var at = 8; at + 12 <= input.Length && pieces.Count < MostPieces;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(input.AsSpan(at));
            var end = Math.Min(at + 12L + length, input.Length);
            pieces.Add(new Piece(at, (int)(end - at), at, 4));
            at = (int)end;
        }
    }

    private static void Jpeg(byte[] input, List<Piece> pieces)
    {
        for (var at = 2; at + 4 <= input.Length && pieces.Count < MostPieces;)
        {
            var next = input.AsSpan(at).IndexOf((byte)0xFF);
            if (next < 0 || at + next + 4 > input.Length)
            {
                break;
            }

            at += next;
            if (input[at + 1] is 0 or 0xFF or 1 or (>= 0xD0 and <= 0xD9))
            {
                at++;
                continue;
            }

            var end = Math.Min(at + 2 + BinaryPrimitives.ReadUInt16BigEndian(input.AsSpan(at + 2)), input.Length);
            pieces.Add(new Piece(at, Math.Max(4, end - at), at + 2, 2));
            at = Math.Max(end, at + 4);
        }
    }

    private static void Riff(byte[] input, List<Piece> pieces)
    {
        for (var at = 12; at + 8 <= input.Length && pieces.Count < MostPieces;)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(input.AsSpan(at + 4));
            var end = Math.Min(at + 8L + length + (length % 2), input.Length);
            pieces.Add(new Piece(at, (int)(end - at), at + 4, 4));
            at = (int)end;
        }
    }

    private static void Boxes(byte[] input, int start, int end, List<Piece> pieces, int depth)
    {
        for (var at = start; at + 8 <= end && pieces.Count < MostPieces;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(input.AsSpan(at));
            var stop = length < 8 ? end : (int)Math.Min(at + (long)length, end);
            pieces.Add(new Piece(at, stop - at, at, 4));
            var type = input.AsSpan(at + 4, 4);
            var inside = type.SequenceEqual("meta"u8) ? 12
                : type.SequenceEqual("iprp"u8) || type.SequenceEqual("ipco"u8) || type.SequenceEqual("moov"u8) ? 8
                : type.SequenceEqual("iinf"u8) ? 14
                : 0;
            if (inside > 0 && depth < 4)
            {
                Boxes(input, Math.Min(at + inside, stop), stop, pieces, depth + 1);
            }

            at = stop;
        }
    }

    // Blocks of image data and extensions are told by their first bytes; a wrong guess is only another mutation.
    private static void Gif(byte[] input, List<Piece> pieces)
    {
        for (var at = 13; at + 2 < input.Length && pieces.Count < MostPieces; at++)
        {
            if (input[at] is 0x21 or 0x2C)
            {
                pieces.Add(new Piece(at, Math.Min(input[at] == 0x2C ? 10 : input[at + 2] + 3, input.Length - at), at + 2, 1));
            }
        }
    }

    // Values and members, so that what is exchanged is still JSON.
    private static bool Json(byte[] input, List<Piece> pieces)
    {
        if (input.Length == 0 || input[0] is not ((byte)'{' or (byte)'['))
        {
            return false;
        }

        var open = new Stack<int>();
        var reader = new Utf8JsonReader(input);
        try
        {
            while (pieces.Count < MostPieces && reader.Read())
            {
                var (start, end) = ((int)reader.TokenStartIndex, (int)reader.BytesConsumed);
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        open.Push(start);
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        start = open.Pop();
                        pieces.Add(new Piece(start, end - start, 0, 0));
                        break;
                    case JsonTokenType.PropertyName:
                        var name = input.AsSpan(start).IndexOf((byte)':');
                        pieces.Add(new Piece(start, name < 0 ? end - start : Math.Min(name, end - start), 0, 0));
                        break;
                    default:
                        pieces.Add(new Piece(start, end - start, 0, 0));
                        break;
                }
            }

            return true;
        }
        catch (JsonException)
        {
            pieces.Clear();
            return false;
        }
    }

    private static void Tokens(byte[] input, List<Piece> pieces)
    {
        ReadOnlySpan<byte> delimiters = " \n\r\t{}[](),:;=&\"'<>/.|%$"u8;
        for (var at = 0; at < input.Length && pieces.Count < MostPieces;)
        {
            var next = input.AsSpan(at + 1).IndexOfAny(delimiters);
            var length = next < 0 ? input.Length - at : next + 1;
            pieces.Add(new Piece(at, length, 0, 0));
            at += length;
        }

        // And what stands between two tokens, some of them apart.
        var tokens = pieces.Count;
        for (var i = 0; i + 5 < tokens; i += 5)
        {
            pieces.Add(new Piece(pieces[i].Start, pieces[i + 5].End - pieces[i].Start, 0, 0));
        }
    }
}
