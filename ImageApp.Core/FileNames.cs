using System.Globalization;
using System.Text;

namespace ImageApp.Core;

/// <summary>File names as people typed them, made fit to be shown and stored; they are never used as paths.</summary>
public static class FileNames
{
    /// <summary>The longest name kept, in UTF-16 units: what the catalogue's column holds.</summary>
    public const int MaxLength = 255;

    /// <summary>
    /// Drops folders (both kinds of slash), control and direction-changing characters, and shortens the name in the middle of
    /// nothing but its stem, so that the extension stays.
    /// </summary>
    /// <param name="name">What the uploader sent; may be null or empty.</param>
    /// <returns>A name of 1 to <see cref="MaxLength"/> units; <c>unnamed</c> where nothing is left.</returns>
    public static string Clean(string? name)
    {
        name ??= "";
        name = name[(name.AsSpan().LastIndexOfAny('/', '\\') + 1)..];

        var kept = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            // U+FFFD stands for a lone surrogate, which utf8mb4 cannot hold.
            if (rune != Rune.ReplacementChar
                && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                && !IsDirectionChange(rune.Value))
            {
                kept.Append(rune);
            }
        }

        var clean = kept.ToString().Trim();
        if (clean.Trim('.').Length == 0)
        {
            return "unnamed";
        }

        return clean.Length <= MaxLength ? clean : Shorten(clean);
    }

    private static bool IsDirectionChange(int codePoint) => codePoint is >= 0x202A and <= 0x202E or >= 0x2066 and <= 0x2069 or 0x200E or 0x200F;

    private static string Shorten(string name)
    {
        var dot = name.LastIndexOf('.');
        var extension = dot > 0 && name.Length - dot <= 16 ? name[dot..] : "";
        var length = MaxLength - extension.Length - 1;
        if (char.IsHighSurrogate(name[length - 1]))
        {
            length--;
        }

        return $"{name.AsSpan(0, length)}…{extension}";
    }
}
