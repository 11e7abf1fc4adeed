namespace ImageApp.Web.Sharing.Stripping;

/// <summary>GIF 89a. Comments and what applications add are left out, but how often it repeats and its ICC profile are not.</summary>
internal static class GifStripping
{
    private const byte Extension = 0x21;
    private const byte Image = 0x2C;
    private const byte Trailer = 0x3B;
    private const byte CommentLabel = 0xFE;
    private const byte ApplicationLabel = 0xFF;

    /// <summary>Copies a GIF without its metadata.</summary>
    /// <exception cref="InvalidDataException">It is none, or its structure is broken.</exception>
    /// <exception cref="EndOfStreamException">It is cut short.</exception>
    public static void Strip(Stream source, Stream target)
    {
        var (input, output) = (new BufferedStream(source), new BufferedStream(target));
        var screen = new byte[13];
        input.ReadExactly(screen);
        if (!screen.AsSpan().StartsWith("GIF8"u8))
        {
            throw new InvalidDataException("There is no GIF header.");
        }

        output.Write(screen);
        CopyColours(input, output, screen[10]);
        for (var block = Next(input); block != Trailer; block = Next(input))
        {
            switch (block)
            {
                case Image:
                    var place = new byte[9];
                    input.ReadExactly(place);
                    output.WriteByte(block);
                    output.Write(place);
                    CopyColours(input, output, place[8]);
                    output.WriteByte(Next(input));
                    CopyBlocks(input, output);
                    break;

                case Extension:
                    CopyExtension(input, output);
                    break;

                default:
                    throw new InvalidDataException("Something stands where a block should.");
            }
        }

        output.WriteByte(Trailer);
        output.Flush();
    }

    private static void CopyExtension(Stream input, Stream output)
    {
        var label = Next(input);
        var first = new byte[Next(input)];
        input.ReadExactly(first);
        var isKept = label != CommentLabel && (label != ApplicationLabel
            || first.AsSpan().StartsWith("NETSCAPE2.0"u8) || first.AsSpan().StartsWith("ANIMEXTS1.0"u8)
            || first.AsSpan().StartsWith("ICCRGBG1012"u8));
        if (isKept)
        {
            output.Write([Extension, label, (byte)first.Length]);
            output.Write(first);
        }

        if (first.Length > 0)
        {
            CopyBlocks(input, isKept ? output : Stream.Null);
        }
    }

    private static void CopyColours(Stream input, Stream output, byte flags)
    {
        if ((flags & 0x80) != 0)
        {
            Chunks.Copy(input, output, 3L << ((flags & 7) + 1));
        }
    }

    private static void CopyBlocks(Stream input, Stream output)
    {
        byte length;
        do
        {
            length = Next(input);
            output.WriteByte(length);
            Chunks.Copy(input, output, length);
        }
        while (length > 0);
    }

    private static byte Next(Stream input) => input.ReadByte() is >= 0 and var value ? (byte)value : throw new EndOfStreamException();
}
