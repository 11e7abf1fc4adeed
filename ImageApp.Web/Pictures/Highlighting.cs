namespace ImageApp.Web.Pictures;

/// <summary>Finds where a search's words begin in a text.</summary>
internal static class Highlighting
{
    /// <summary>Takes a text apart into stretches that were found and stretches that were not.</summary>
    public static IEnumerable<(string Text, bool Found)> Split(string text, IReadOnlyList<string> words)
    {
        var plain = 0;
        for (var i = 0; i < text.Length;)
        {
            var word = i == 0 || !char.IsLetterOrDigit(text[i - 1])
                ? words.Where(word => text.AsSpan(i).StartsWith(word, StringComparison.OrdinalIgnoreCase)).MaxBy(word => word.Length)
                : null;
            if (word is null)
            {
                i++;
                continue;
            }

            if (plain < i)
            {
                yield return (text[plain..i], false);
            }

            yield return (text.Substring(i, word.Length), true);
            i += word.Length;
            plain = i;
        }

        if (plain < text.Length)
        {
            yield return (text[plain..], false);
        }
    }
}
