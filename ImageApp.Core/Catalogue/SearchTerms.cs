using System.Globalization;
using System.Text;
using ImageApp.Core.Text;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// What a person typed into the search box, as a condition on captions and file names. All words must occur, each as the start of a
/// word or of a part of one (<c>YellowFlower</c>), in scripts without spaces anywhere, and what stands in quotes as it stands there.
/// Operators of the FULLTEXT language have no effect.
/// </summary>
public sealed class SearchTerms
{
    /// <summary>The longest search taken, in characters.</summary>
    public const int MaxLength = 200;

    // Of a shorter word the index has so many matches that it is slower than reading the newest rows.
    private const int MinIndexedLength = 3;

    // Words in most captions, for the same reason.
    private static readonly HashSet<string> CommonWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "and", "are", "for", "from", "the", "this", "und", "with", "jpg", "image", "img",
    };

    private SearchTerms(IReadOnlyList<string> words, string condition, IReadOnlyList<(string, object?)> parameters)
    {
        Words = words;
        Condition = condition;
        Parameters = parameters;
    }

    /// <summary>The words and phrases to find, for showing where they are.</summary>
    public IReadOnlyList<string> Words { get; }

    internal string Condition { get; }

    internal IReadOnlyList<(string Name, object? Value)> Parameters { get; }

    /// <summary>Reads a search.</summary>
    /// <returns>The terms; null where the text has no letter or digit, which finds everything.</returns>
    public static SearchTerms? Parse(string? text)
    {
        // Every second part stands between quotes.
        var typed = TextNormalization.FormC(text ?? "");
        var parts = typed.Split('"', '“', '”');
        var phrases = parts.Where((_, i) => i % 2 == 1 && i < parts.Length - 1)
            .Where(part => SearchText.Split(part).Skip(1).Any())
            .Select(part => string.Join(' ', part.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))).ToList();
        var shown = SearchText.Split(typed).Select(word => word.ToString()).ToList();
        var words = SearchText.Words(typed).ToList();
        if (words.Count == 0)
        {
            return null;
        }

        var condition = new StringBuilder();
        var parameters = new List<(string, object?)>();
        var indexed = words.Where(IsIndexed).Select(Indexed).ToList();
        if (indexed.Count > 0)
        {
            condition.Append(" AND MATCH (caption_search, name_search) AGAINST (@words IN BOOLEAN MODE)");
            parameters.Add(("@words", string.Join(' ', indexed)));
        }

        foreach (var (i, word) in words.Where(word => !IsIndexed(word)).Index())
        {
            condition.Append(CultureInfo.InvariantCulture, $" AND CONCAT_WS(' ', caption_search, name_search) LIKE @short{i}");
            parameters.Add(($"@short{i}", $"% {SearchText.TokenOf(word)}%"));
        }

        foreach (var (i, phrase) in phrases.Index())
        {
            condition.Append(CultureInfo.InvariantCulture, $" AND CONCAT_WS(' ', caption, file_name) LIKE @phrase{i}");
            parameters.Add(($"@phrase{i}", $"%{Literally(phrase)}%"));
        }

        return new SearchTerms([.. phrases, .. shown], condition.ToString(), parameters);
    }

    /// <summary>Whether one of the words or phrases begins in a text.</summary>
    public bool FindsIn(string? text)
    {
        for (var i = 0; i < text?.Length; i++)
        {
            if (IsFoundAt(text, i) && Words.Any(word => text.AsSpan(i).StartsWith(word, StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a word of a search is found where it begins at a place of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="index">The place, in UTF-16 units.</param>
    public static bool IsFoundAt(string text, int index)
    {
        if (!Rune.TryGetRuneAt(text, index, out var here))
        {
            return false;
        }

        if (SearchText.IsDense(here.Value) || index == 0 || !char.IsLetterOrDigit(text[index - 1]))
        {
            return true;
        }

        var hasNext = Rune.TryGetRuneAt(text, Math.Min(index + here.Utf16SequenceLength, text.Length - 1), out var next);
        return Rune.TryGetRuneAt(text, index - 1, out var before) && SearchText.IsPartStart(before, here, hasNext ? next : null);
    }

    private static string Literally(string phrase) => phrase
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("%", "\\%", StringComparison.Ordinal)
        .Replace("_", "\\_", StringComparison.Ordinal);

    private static bool IsIndexed(SearchText.Word word) =>
        word.IsDense || (word.Runes.Count >= MinIndexedLength && !CommonWords.Contains(word.ToString()));

    // Pairs that follow one another are a stretch; a pair, or a character, is the start of one.
    private static string Indexed(SearchText.Word word) => word switch
    {
        { IsDense: false } => $"+{SearchText.TokenOf(word)}*",
        { Runes.Count: 1 } => $"+{SearchText.TokenOf(word)}*",
        { Runes.Count: 2 } => $"+{SearchText.TokenOf(word)}",
        _ => $"+\"{string.Join(' ', SearchText.PairsOf(word))}\"",
    };
}
