namespace ImageApp.LocalAws.Policies;

/// <summary>Patterns in which <c>*</c> stands for any characters, also none, and <c>?</c> for exactly one.</summary>
internal static class WildcardPattern
{
    public static bool Matches(string pattern, string text, bool ignoreCase = false)
    {
        // Greedy with one point to fall back to: linear in practice, where a recursive match is exponential for many stars.
        int patternIndex = 0, textIndex = 0, starIndex = -1, starText = 0;
        while (textIndex < text.Length)
        {
            if (patternIndex < pattern.Length && pattern[patternIndex] == '*')
            {
                starIndex = patternIndex++;
                starText = textIndex;
            }
            else if (
                patternIndex < pattern.Length
                && (pattern[patternIndex] == '?' || Same(pattern[patternIndex], text[textIndex], ignoreCase)))
            {
                patternIndex++;
                textIndex++;
            }
            else if (starIndex >= 0)
            {
                patternIndex = starIndex + 1;
                textIndex = ++starText;
            }
            else
            {
                return false;
            }
        }

        while (patternIndex < pattern.Length && pattern[patternIndex] == '*')
        {
            patternIndex++;
        }

        return patternIndex == pattern.Length;
    }

    // A variable whose value holds a star must match that star only; PolicyVariables puts these characters in its place.
    private static bool Same(char pattern, char text, bool ignoreCase) =>
        pattern switch
        {
            PolicyVariables.LiteralStar => text == '*',
            PolicyVariables.LiteralQuestionMark => text == '?',
            _ => pattern == text || (ignoreCase && char.ToUpperInvariant(pattern) == char.ToUpperInvariant(text)),
        };
}
