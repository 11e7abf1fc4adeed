using System.Text;

namespace ImageApp.LocalAws.Policies;

/// <summary>Policy variables such as <c>${aws:SourceAccount}</c> (IAM User Guide, "IAM policy elements: Variables and tags").</summary>
internal static class PolicyVariables
{
    /// <summary>Stands for a star that is not a wildcard; of the private use area, so no real text has it.</summary>
    public const char LiteralStar = '\uE001';

    /// <summary>Stands for a question mark that is not a wildcard.</summary>
    public const char LiteralQuestionMark = '\uE002';

    /// <summary>
    /// Replaces the variables of <paramref name="text"/>; null where one has neither value nor default, so that nothing matches.
    /// </summary>
    public static string? Replace(string text, RequestContext context)
    {
        if (!text.Contains("${", StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder();
        for (var index = 0; index < text.Length;)
        {
            var end = text.AsSpan(index).StartsWith("${", StringComparison.Ordinal) ? text.IndexOf('}', index) : -1;
            if (end < 0)
            {
                result.Append(text[index++]);
                continue;
            }

            var expression = text[(index + 2)..end];
            index = end + 1;
            if (expression is "*" or "?" or "$")
            {
                result.Append(Literal(expression));
                continue;
            }

            var comma = expression.IndexOf(',', StringComparison.Ordinal);
            var key = (comma < 0 ? expression : expression[..comma]).Trim();
            var value = context[key] ?? (comma < 0 ? null : expression[(comma + 1)..].Trim().Trim('\''));
            if (value is null)
            {
                return null;
            }

            result.Append(Literal(value));
        }

        return result.ToString();
    }

    /// <summary>Gives the characters back that <see cref="Replace"/> put in place, for operators without wildcards.</summary>
    public static string Unescape(string text) => text.Replace(LiteralStar, '*').Replace(LiteralQuestionMark, '?');

    private static string Literal(string value) => value.Replace('*', LiteralStar).Replace('?', LiteralQuestionMark);
}
