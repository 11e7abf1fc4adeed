using System.Globalization;
using System.Text;

namespace ImageApp.Core;

/// <summary>Text of other people's making, made fit to be shown and stored.</summary>
public static class PlainText
{
    /// <summary>The longest file name kept, in UTF-16 units: what the catalogue's column holds.</summary>
    public const int MaxFileNameLength = 255;

    /// <summary>
    /// One paragraph: white space and control characters become single spaces, marks that turn the direction of what follows are dropped.
    /// </summary>
    /// <param name="text">A caption, as a person or a model wrote it; may be null.</param>
    public static string Paragraph(string? text)
    {
        var kept = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune) || Rune.IsControl(rune))
            {
                if (kept.Length > 0 && kept[^1] != ' ')
                {
                    kept.Append(' ');
                }
            }
            else if (IsStorable(rune) && !IsDirectionChange(rune.Value))
            {
                kept.Append(rune);
            }
        }

        return kept.ToString().Trim();
    }

    /// <summary>Cuts a text at a word where it is longer than allowed.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxLength">The most UTF-16 units, the ellipsis included.</param>
    public static string Shorten(string text, int maxLength)
    {
        if (text.Length <= maxLength)
        {
            return text;
        }

        var end = text.LastIndexOf(' ', maxLength - 1);
        end = end > 0 ? end : maxLength - 1;
        return $"{text.AsSpan(0, char.IsHighSurrogate(text[end - 1]) ? end - 1 : end)}…";
    }

    /// <summary>
    /// A file name, never to be used as a path: without folders (both kinds of slash), control and direction-changing characters, shortened
    /// in its stem alone, so that the extension stays.
    /// </summary>
    /// <param name="name">What the uploader sent; may be null or empty.</param>
    /// <returns>A name of 1 to <see cref="MaxFileNameLength"/> units; <c>unnamed</c> where nothing is left.</returns>
    public static string FileName(string? name)
    {
        name ??= "";
        name = name[(name.AsSpan().LastIndexOfAny('/', '\\') + 1)..];

        var kept = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            var isBreak = Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
            if (!isBreak && IsStorable(rune) && !IsDirectionChange(rune.Value) && rune.Value is not (0x200E or 0x200F))
            {
                kept.Append(rune);
            }
        }

        var clean = kept.ToString().Trim();
        if (clean.Trim('.').Length == 0)
        {
            return "unnamed";
        }

        return clean.Length <= MaxFileNameLength ? clean : ShortenStem(clean);
    }

    // U+FFFD stands for a lone surrogate, which utf8mb4 cannot hold.
    private static bool IsStorable(Rune rune) => rune != Rune.ReplacementChar;

    private static bool IsDirectionChange(int codePoint) => codePoint is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);

    private static string ShortenStem(string name)
    {
        var dot = name.LastIndexOf('.');
        var extension = dot > 0 && name.Length - dot <= 16 ? name[dot..] : "";
        var length = MaxFileNameLength - extension.Length - 1;
        if (char.IsHighSurrogate(name[length - 1]))
        {
            length--;
        }

        return $"{name.AsSpan(0, length)}…{extension}";
    }
}
