using System.Text.RegularExpressions;

namespace ImageApp.CaptionFunction.Answers;

/// <summary>Where sentences end, in the scripts that mark it.</summary>
internal static partial class Sentences
{
    private const int ShortestClause = 20;

    // Full stops of Latin, CJK (also half- and full-width), Arabic and Urdu, Devanagari, Ethiopic, Khmer, Burmese, Armenian and Tibetan.
    private const string Terminators = ".!?…。．！？｡؟۔।॥።፧។៕။։།";
    private const string ClauseMarks = ",;:，、；：،؛–—";
    private const string Closers = "\"'”’»)]}」』）】》›＂";

    /// <summary>Whether a text ends with a whole sentence.</summary>
    public static bool IsWhole(string text)
    {
        var end = text.AsSpan().TrimEnd().TrimEnd(Closers).Length;
        return end > 0 && Terminators.Contains(text[end - 1]) && EndsSentence(text.AsSpan(0, end), end - 1);
    }

    /// <summary>The sentences of a text, each with the white space behind it. What stands between quotes is not taken apart.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        var sentences = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (End(text, i) is { } end && HasBalancedQuotes(text.AsSpan(start, end - start)))
            {
                while (end < text.Length && char.IsWhiteSpace(text[end]))
                {
                    end++;
                }

                sentences.Add(text[start..end]);
                start = end;
                i = end - 1;
            }
        }

        if (start < text.Length)
        {
            sentences.Add(text[start..]);
        }

        return sentences;
    }

    /// <summary>A text that breaks off, up to its last whole sentence; where it has none, up to its last clause and with an
    /// ellipsis.</summary>
    /// <returns>Null where nothing is left that says something.</returns>
    public static string? CutToWhole(string text)
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            // What breaks off behind a digit may have been a number with decimals.
            if (End(text, i) is { } end && !(end == text.Length && text[i] == '.' && i > 0 && char.IsDigit(text[i - 1])))
            {
                return text[..end];
            }
        }

        for (var i = text.Length - 2; i >= ShortestClause; i--)
        {
            if (ClauseMarks.Contains(text[i]) && (text[i] > '\x7F' || char.IsWhiteSpace(text[i + 1])))
            {
                return text[..i].TrimEnd() + "…";
            }
        }

        return null;
    }

    /// <summary>A text of at most so many characters: whole sentences where there are such, else whole words and an ellipsis.</summary>
    public static string Limit(string text, int length)
    {
        var start = text[..(char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1)];
        if (CutToWhole(start) is { } whole && whole.Length > length / 2)
        {
            return whole;
        }

        var word = start.LastIndexOf(' ');
        return start[..(word > length / 2 ? word : start.Length)].TrimEnd() + "…";
    }

    /// <summary>Whether each quotation in a text is opened and closed.</summary>
    public static bool HasBalancedQuotes(ReadOnlySpan<char> text)
    {
        // German closes „ with “, Polish with ”.
        var (low, left, right) = (text.Count('„'), text.Count('“'), text.Count('”'));
        return text.Count('"') % 2 == 0 && (low == 0 ? left == right : low == left + right)
            && text.Count('«') == text.Count('»') && text.Count('「') == text.Count('」');
    }

    // Where the sentence ends whose last mark stands at an index; null where none does.
    private static int? End(string text, int index)
    {
        if (!Terminators.Contains(text[index]) || (index + 1 < text.Length && Terminators.Contains(text[index + 1])))
        {
            return null;
        }

        var end = index + 1;
        while (end < text.Length && Closers.Contains(text[end]))
        {
            end++;
        }

        var needsSpace = text[index] is '.' or '!' or '?' or '…';
        if (needsSpace && end < text.Length && !char.IsWhiteSpace(text[end]))
        {
            return null;
        }

        return EndsSentence(text, index) ? end : null;
    }

    private static bool EndsSentence(ReadOnlySpan<char> text, int index)
    {
        if (text[index] is not ('.' or '…'))
        {
            return true;
        }

        // "3. Reihe", "approx. twenty", "… and": the text goes on in lower case.
        var next = text[(index + 1)..].TrimStart(Closers).TrimStart();
        if (next.Length > 0 && (char.IsLower(next[0]) || next[0] is ',' or ';'))
        {
            return false;
        }

        if (text[index] == '…')
        {
            return true;
        }

        var start = index;
        while (start > 0 && (char.IsLetter(text[start - 1]) || (text[start - 1] == '.' && start < index)))
        {
            start--;
        }

        var word = text[start..index];
        if (word.Length == 0)
        {
            // "5." ends a sentence when something follows that is no number; "..." does.
            return next.Length == 0 || !char.IsDigit(next[0]);
        }

        // An initial, or letters with stops between them that stand for words.
        var isInitial = word.Length == 1 && char.IsUpper(word[0]) && next.Length > 0;
        return !isInitial && !Abbreviation().IsMatch(word) && !(next.Length > 0 && Letters().IsMatch(word));
    }

    [GeneratedRegex(
        @"^(?:Mr|Mrs|Ms|Dr|Prof|St|Mt|Ft|Jr|Sr|vs|e\.g|i\.e|ca|cf|approx|est|no|No|Nr|fig|Fig|vol|Vol|pp|Ave|Blvd|Rd|Hwy|Gen|Col|Capt|Lt"
            + @"|Sgt|Rev|Gov|Sen|Inc|Ltd|Co|bzw|z\.B|d\.h|u\.a|usw|Str|Hl|M|Mme|Mlle|env|Sr|Sra|Srta|Dra|Ud|av|núm|art|sig)$")]
    private static partial Regex Abbreviation();

    [GeneratedRegex(@"^(?:\p{L}\.)+\p{L}$")]
    private static partial Regex Letters();
}
