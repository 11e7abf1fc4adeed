using System.Buffers.Binary;
using System.Text;
using NetVips;

namespace ImageApp.Tests.Fuzzing;

/// <summary>Writes AVIF files (ISO/IEC 23008-12) that say other things than they have, around one coded picture.</summary>
internal static class HeifFile
{
    private const ushort Coded = 1;
    private const ushort Shown = 2;

    /// <summary>A coded picture, as libvips saves it.</summary>
    public static byte[] Picture(int width, int height)
    {
        using var noise = Image.Gaussnoise(width, height, sigma: 40, mean: 128, seed: 7);
        using var picture = noise.Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Bw);
        return picture.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, effort: 0, keep: Enums.ForeignKeep.None);
    }

    /// <summary>
    /// A picture that is so many layers of one coded picture, one above the other (6.6.2.2): each is decoded, and a few bytes are enough
    /// for each.
    /// </summary>
    public static byte[] Layers(byte[] picture, int width, int height, int layers)
    {
        byte[] overlay =
        [
            0, 0, .. new byte[8], .. U16(width), .. U16(height), .. Enumerable.Repeat(new byte[4], layers).SelectMany(zero => zero),
        ];
        return Derived(picture, "iovl", overlay, width, height, Enumerable.Repeat(Coded, layers));
    }

    /// <summary>A picture that is a grid (6.6.2.3) of the coded one, with a size of its own.</summary>
    public static byte[] Grid(byte[] picture, int columns, int rows, int width, int height) => Derived(
        picture, "grid", [0, 0, (byte)(rows - 1), (byte)(columns - 1), .. U16(width), .. U16(height)], width, height,
        Enumerable.Repeat(Coded, columns * rows));

    /// <summary>A file whose boxes of properties are nested so deep.</summary>
    public static byte[] Nested(int depth)
    {
        var boxes = new byte[depth * 8];
        for (var i = 0; i < depth; i++)
        {
            // A box of no length goes on to the end.
            "iprp"u8.CopyTo(boxes.AsSpan((i * 8) + 4));
        }

        return [.. Type("heic"), .. Box("meta", [0, 0, 0, 0, .. boxes])];
    }

    /// <summary>The file with another size in its property of that name.</summary>
    public static byte[] WithSize(byte[] file, int width, int height)
    {
        var lying = (byte[])file.Clone();
        for (var at = 0; (at = Find(lying, "ispe", at)) >= 0; at++)
        {
            BinaryPrimitives.WriteInt32BigEndian(lying.AsSpan(at + 8), width);
            BinaryPrimitives.WriteInt32BigEndian(lying.AsSpan(at + 12), height);
        }

        return lying;
    }

    private static byte[] Derived(byte[] picture, string kind, byte[] recipe, int width, int height, IEnumerable<ushort> of)
    {
        var coded = BoxOf(picture, "mdat")[8..];
        var size = BoxOf(picture, "ispe");
        var from = of.ToList();
        byte[] properties =
        [
            .. Box("ipco", [.. size, .. BoxOf(picture, "av1C"), .. Box("ispe", [0, 0, 0, 0, .. U32(width), .. U32(height)])]),
            .. Box("ipma", [0, 0, 0, 0, .. U32(2), .. U16(Coded), 2, 1, 0x82, .. U16(Shown), 1, 3]),
        ];
        byte[] Meta(int dataAt) => Box(
            "meta",
            [
                0, 0, 0, 0,
                .. Box("hdlr", [.. new byte[8], .. "pict"u8, .. new byte[13]]),
                .. Box("pitm", [0, 0, 0, 0, .. U16(Shown)]),
                .. Box("iinf", [0, 0, 0, 0, .. U16(2), .. Item(Coded, "av01"), .. Item(Shown, kind)]),
                .. Box("iref", [0, 0, 0, 0,
                    .. Box("dimg", [.. U16(Shown), .. U16(from.Count), .. from.SelectMany(id => U16(id))])]),
                .. Box("iprp", properties),
                .. Box("iloc", [0, 0, 0, 0, 0x44, 0, .. U16(2),
                    .. U16(Coded), 0, 0, .. U16(1), .. U32(dataAt), .. U32(coded.Length),
                    .. U16(Shown), 0, 0, .. U16(1), .. U32(dataAt + coded.Length), .. U32(recipe.Length)]),
            ]);
        var type = Type("avif");
        var meta = Meta(type.Length + Meta(0).Length + 8);
        return [.. type, .. meta, .. Box("mdat", [.. coded, .. recipe])];
    }

    private static byte[] Item(ushort id, string kind) =>
        Box("infe", [2, 0, 0, (byte)(id == Coded ? 1 : 0), .. U16(id), 0, 0, .. Encoding.ASCII.GetBytes(kind), 0]);

    private static byte[] Type(string brand) => Box("ftyp", [.. Encoding.ASCII.GetBytes(brand), 0, 0, 0, 0, .. "mif1"u8, .. "miaf"u8]);

    private static byte[] Box(string type, ReadOnlySpan<byte> content) =>
        [.. U32(content.Length + 8), .. Encoding.ASCII.GetBytes(type), .. content];

    private static byte[] BoxOf(byte[] file, string type)
    {
        var at = Find(file, type, 0) - 4;
        var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
        return file[at..(length == 0 ? file.Length : at + length)];
    }

    private static int Find(byte[] file, string type, int from)
    {
        var found = file.AsSpan(from).IndexOf(Encoding.ASCII.GetBytes(type));
        return found < 0 ? -1 : from + found;
    }

    private static byte[] U16(int number) => [(byte)(number >> 8), (byte)number];

    private static byte[] U32(int number) => [(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];
}
