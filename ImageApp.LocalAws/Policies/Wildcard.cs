namespace ImageApp.LocalAws.Policies;

/// <summary>Patterns with <c>*</c> for any run of characters and <c>?</c> for any one.</summary>
internal static class Wildcard
{
    /// <summary>Whether the whole of <paramref name="text"/> matches.</summary>
    public static bool Matches(string pattern, string text, StringComparison comparison = StringComparison.Ordinal)
    {
        // Greedy with one point to go back to: linear in practice, never exponential.
        int p = 0, t = 0, star = -1, mark = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                mark = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || string.Equals(pattern[p].ToString(), text[t].ToString(), comparison)))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++mark;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }
}
