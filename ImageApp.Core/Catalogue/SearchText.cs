using System.Globalization;
using System.Text;
using ImageApp.Core.Text;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// A text as it is searched. A FULLTEXT index takes text apart by rules of the server's (stop words, shortest words, collations, nothing
/// for scripts without spaces); so it is given words of plain ASCII letters, the same on every server: <c>qq</c> and the word without
/// case and accents, each character that is no ASCII letter or digit as its code point.
/// </summary>
internal static class SearchText
{
    /// <summary>The version of these rules. Rows of an older one are indexed again.</summary>
    public const int Version = 1;

    // innodb_ft_max_token_size is 84 on every server by default; longer words are left out.
    private const int MaxTokenLength = 80;
    private const string Mark = "qq";

    // Enough for names that programs make, such as 20240612T153045Z.
    private const int MaxParts = 16;

    /// <summary>
    /// A text's words, a space around each: whole words, and what begins in the middle of one at a capital or a digit
    /// (<c>YellowFlower</c>); of scripts that are written without spaces, every two neighbouring characters.
    /// </summary>
    public static string? Of(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var tokens = new StringBuilder(" ");
        foreach (var word in Words(text))
        {
            if (word.IsDense)
            {
                for (var i = 0; i < word.Runes.Count; i++)
                {
                    tokens.Append(Token(word.Runes, i, 2)).Append(' ');
                }
            }
            else
            {
                foreach (var start in Parts(word.Runes))
                {
                    tokens.Append(Token(word.Runes, start)).Append(' ');
                }
            }
        }

        return tokens.ToString();
    }

    /// <summary>A word of a search, as the index has it.</summary>
    public static string TokenOf(Word word) => Token(word.Runes, 0);

    /// <summary>A word of a dense script as the index has it: its pairs in order, or its only character.</summary>
    public static IEnumerable<string> PairsOf(Word word) =>
        Enumerable.Range(0, Math.Max(1, word.Runes.Count - 1)).Select(i => Token(word.Runes, i, 2));

    /// <summary>Takes a text apart, without accents and variants of characters.</summary>
    public static IEnumerable<Word> Words(string text) => Split(WithoutAccents(text));

    /// <summary>Takes a text apart where a word ends or a script without spaces begins.</summary>
    public static IEnumerable<Word> Split(string text)
    {
        var runes = new List<Rune>();
        var isDense = false;
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            var isMark = category is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
            if (category is UnicodeCategory.Format || rune.Value is >= 0xFE00 and <= 0xFE0F)
            {
                // Joiners, soft hyphens, variation selectors: seen by nobody, typed by few.
                continue;
            }

            var isPart = Rune.IsLetterOrDigit(rune) || (isMark && runes.Count > 0);
            var dense = IsDense(rune.Value);
            if (runes.Count > 0 && (!isPart || (dense != isDense && !isMark)))
            {
                yield return new Word(runes, isDense);
                runes = [];
            }

            if (isPart)
            {
                isDense = runes.Count == 0 ? dense : isDense;
                runes.Add(rune);
            }
        }

        if (runes.Count > 0)
        {
            yield return new Word(runes, isDense);
        }
    }

    /// <summary>Whether a character is of a script that is written without spaces, or is searched inside of words as if it were.</summary>
    public static bool IsDense(int value) => value is
        (>= 0x0E00 and <= 0x0EFF) // Thai, Lao
        or (>= 0x1000 and <= 0x109F) or (>= 0x1780 and <= 0x17FF) // Burmese, Khmer
        or (>= 0x1100 and <= 0x11FF) or (>= 0x3130 and <= 0x318F) or (>= 0xA960 and <= 0xA97F) or (>= 0xAC00 and <= 0xD7FF) // Hangul
        or (>= 0x2E80 and <= 0x2FDF) or 0x3005 or 0x3007 or (>= 0x3021 and <= 0x3029) // radicals, iteration marks, numerals
        or (>= 0x3041 and <= 0x312F) or (>= 0x31A0 and <= 0x31FF) // Kana, Bopomofo
        or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x323AF); // Han

    /// <summary>Whether a part of a word begins between two characters: at a capital, or where digits begin or end.</summary>
    public static bool IsPartStart(Rune before, Rune here, Rune? after) =>
        Rune.IsDigit(before) != Rune.IsDigit(here)
        || (Rune.IsUpper(here) && (Rune.IsLower(before) || (Rune.IsUpper(before) && after is { } next && Rune.IsLower(next))));

    private static IEnumerable<int> Parts(IReadOnlyList<Rune> runes) => Enumerable.Range(0, runes.Count)
        .Where(i => i == 0 || IsPartStart(runes[i - 1], runes[i], i + 1 < runes.Count ? runes[i + 1] : null))
        .Take(MaxParts);

    private static string Token(IReadOnlyList<Rune> runes, int start, int count = int.MaxValue)
    {
        var token = new StringBuilder(Mark);
        for (var i = start; i < runes.Count && i - start < count; i++)
        {
            var rune = Rune.ToLowerInvariant(runes[i]);
            var text = rune switch
            {
                { IsAscii: true } => rune.ToString(),
                { Value: 'ß' } => "ss",
                { Value: 'æ' } => "ae",
                { Value: 'œ' } => "oe",
                { Value: 'ø' } => "o",
                { Value: 'ł' } => "l",
                { Value: 'đ' or 'ð' } => "d",
                { Value: 'ı' } => "i",
                { Value: 'ς' } => "u03c3",
                { IsBmp: true } => string.Create(CultureInfo.InvariantCulture, $"u{rune.Value:x4}"),
                _ => string.Create(CultureInfo.InvariantCulture, $"v{rune.Value:x5}"),
            };
            if (token.Length + text.Length > MaxTokenLength)
            {
                break;
            }

            token.Append(text);
        }

        return token.ToString();
    }

    // Marks above and below Latin, Greek and Cyrillic letters; other scripts' marks are letters of their own to those who search.
    private static string WithoutAccents(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var rune in TextNormalization.FormKD(text).EnumerateRunes())
        {
            if (rune.Value is < 0x300 or > 0x36F)
            {
                kept.Append(rune);
            }
        }

        return TextNormalization.FormC(kept.ToString());
    }

    /// <summary>A word, or a stretch of a script without spaces.</summary>
    /// <param name="Runes">Its characters.</param>
    /// <param name="IsDense">Whether it is found in the middle.</param>
    internal sealed record Word(IReadOnlyList<Rune> Runes, bool IsDense)
    {
        /// <inheritdoc/>
        public override string ToString() => string.Concat(Runes);
    }
}
