using System.Globalization;
using System.Text;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// What a person typed into the search box, as a condition on captions and file names. All words must occur, each as the start of a
/// word, and what stands in quotes as it stands there; operators of the FULLTEXT language have no effect, and words too short for the
/// index are matched as plain text.
/// </summary>
public sealed class SearchTerms
{
    /// <summary>The longest search taken, in characters.</summary>
    public const int MaxLength = 200;

    // innodb_ft_min_token_size is 3 on every server by default.
    private const int MinIndexedLength = 3;

    // INFORMATION_SCHEMA.INNODB_FT_DEFAULT_STOPWORD: words the index leaves out, so that a MATCH on them finds nothing.
    private static readonly HashSet<string> StopWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "about", "are", "com", "for", "from", "how", "that", "the", "this", "und", "was", "what", "when", "where", "who",
        "will", "with", "www",
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
        var parts = (text ?? "").Split('"', '“', '”');
        var phrases = parts.Where((_, i) => i % 2 == 1 && i < parts.Length - 1)
            .Select(part => string.Join(' ', Split(part)))
            .Where(phrase => phrase.Contains(' ')).ToList();
        var words = Split(text);
        if (words.Count == 0)
        {
            return null;
        }

        var condition = new StringBuilder();
        var parameters = new List<(string, object?)>();
        var indexed = words.Where(IsIndexed).ToList();
        if (indexed.Count > 0)
        {
            condition.Append(" AND MATCH (caption, file_name) AGAINST (@words IN BOOLEAN MODE)");
            parameters.Add(("@words", string.Join(' ', indexed.Select(word => $"+{word}*"))));
        }

        foreach (var (i, word) in words.Where(word => !IsIndexed(word)).Index())
        {
            condition.Append(CultureInfo.InvariantCulture, $" AND CONCAT_WS(' ', caption, file_name) LIKE @short{i}");
            parameters.Add(($"@short{i}", $"%{word.Replace("_", "\\_", StringComparison.Ordinal)}%"));
        }

        foreach (var (i, phrase) in phrases.Index())
        {
            condition.Append(CultureInfo.InvariantCulture, $" AND CONCAT_WS(' ', caption, file_name) LIKE @phrase{i}");
            parameters.Add(($"@phrase{i}", $"%{phrase.Replace("_", "\\_", StringComparison.Ordinal)}%"));
        }

        return new SearchTerms([.. phrases, .. words], condition.ToString(), parameters);
    }

    private static bool IsIndexed(string word) => word.Length >= MinIndexedLength && !StopWords.Contains(word);

    private static List<string> Split(string? text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || rune.Value == '_')
            {
                word.Append(rune);
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }

        if (word.Length > 0)
        {
            words.Add(word.ToString());
        }

        // A word of underscores alone is none to the index.
        words.RemoveAll(candidate => candidate.AsSpan().Trim('_').IsEmpty);
        return words;
    }
}
