using System.Buffers.Binary;
using System.Text;

namespace ImageApp.Core.Formats;

/// <summary>
/// The brands in the file type box at the start of a file of the ISO base media family (ISO/IEC 14496-12, 4.3): HEIC, AVIF, MP4 and others.
/// </summary>
public readonly ref struct FileTypeBrands
{
    private const int BrandLength = 4;
    private const int CompatibleBrandsAt = 16;

    private readonly ReadOnlySpan<byte> _box;

    private FileTypeBrands(ReadOnlySpan<byte> box) => _box = box;

    /// <summary>Whether there is such a box.</summary>
    public bool IsPresent => !_box.IsEmpty;

    /// <summary>The major brand; empty where there is no box.</summary>
    public ReadOnlySpan<byte> Major => IsPresent ? _box.Slice(8, BrandLength) : default;

    /// <summary>Reads the box.</summary>
    /// <param name="start">A file's first bytes.</param>
    public static FileTypeBrands Read(ReadOnlySpan<byte> start)
    {
        if (start.Length < CompatibleBrandsAt || !start[4..].StartsWith("ftyp"u8))
        {
            return default;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(start);
        return length < CompatibleBrandsAt ? default : new FileTypeBrands(start[..(int)Math.Min(length, (uint)start.Length)]);
    }

    /// <summary>Whether the major brand is one of some.</summary>
    /// <param name="brands">Of four ASCII characters each.</param>
    public bool IsMajor(params ReadOnlySpan<string> brands)
    {
        foreach (var brand in brands)
        {
            if (Ascii.Equals(Major, brand))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a brand is the major one or among the compatible ones.</summary>
    /// <param name="brand">Four ASCII characters.</param>
    public bool Has(string brand)
    {
        if (IsMajor(brand))
        {
            return true;
        }

        for (var at = CompatibleBrandsAt; at + BrandLength <= _box.Length; at += BrandLength)
        {
            if (Ascii.Equals(_box.Slice(at, BrandLength), brand))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether one of some brands is the major one or among the compatible ones.</summary>
    /// <param name="brands">Of four ASCII characters each.</param>
    public bool HasAny(params ReadOnlySpan<string> brands)
    {
        foreach (var brand in brands)
        {
            if (Has(brand))
            {
                return true;
            }
        }

        return false;
    }
}
