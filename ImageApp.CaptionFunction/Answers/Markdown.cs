using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace ImageApp.CaptionFunction.Answers;

/// <summary>
/// Turns Markdown and HTML into sentences that read well aloud. What merely looks like it stays: <c>5*3</c>, <c>snake_case</c>, <c>#1</c>,
/// and what stands in quotes or in a code span.
/// </summary>
internal static partial class Markdown
{
    private const char CodeStart = '\uE000';
    private const char CodeEnd = '\uE001';

    /// <summary>The plain text of an answer, its blocks one a line.</summary>
    public static string ToPlainText(string markdown)
    {
        var text = Fence().Replace(markdown.ReplaceLineEndings("\n"), "\n");
        var code = new List<string>();
        text = CodeSpan().Replace(text, span =>
        {
            code.Add(span.Groups["code"].Value.Trim());
            return $"{CodeStart}{(char)('\uE100' + Math.Min(code.Count - 1, 0x0FFF))}{CodeEnd}";
        });
        text = LineTag().Replace(text, "\n");
        text = Tag().Replace(text, "");
        text = string.Join('\n', Blocks(text));
        text = Inline(text);
        text = WebUtility.HtmlDecode(text);
        return Code().Replace(text, span => span.Value[1] - '\uE100' < code.Count ? code[span.Value[1] - '\uE100'] : "");
    }

    private static string Inline(string text)
    {
        text = Image().Replace(text, "${text}");
        text = Link().Replace(text, "${text}");
        text = AutoLink().Replace(text, "${url}");
        // Nested marks: bold around italic, and the other way round.
        for (var i = 0; i < 2; i++)
        {
            text = Bold().Replace(text, "${text}");
            text = BoldUnderscores().Replace(text, "${text}");
            text = Italic().Replace(text, "${text}");
            text = ItalicUnderscores().Replace(text, "${text}");
        }

        text = Struck().Replace(text, "${text}");
        return Escape().Replace(text, "${mark}");
    }

    // Headings, items and paragraphs become sentences; items without a stop of their own are an enumeration.
    private static List<string> Blocks(string text)
    {
        var lines = text.Split('\n');
        var isNumbered = lines.Count(line => Numbered().IsMatch(line)) > 1;
        var isTable = lines.Any(line => TableRule().IsMatch(line));
        var blocks = new List<(StringBuilder Text, bool IsItem)>();
        var isNew = true;
        foreach (var raw in lines)
        {
            var line = Quote().Replace(raw, "").Trim();
            if (line.Length == 0 || Rule().IsMatch(line) || (isTable && TableRule().IsMatch(line)))
            {
                isNew = true;
                continue;
            }

            if (isTable && line.StartsWith('|'))
            {
                var cells = line.Trim('|').Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                blocks.Add((new StringBuilder(string.Join(", ", cells)), true));
                isNew = true;
            }
            else if (Bullet().Match(line) is { Success: true } bullet)
            {
                blocks.Add((new StringBuilder(line[bullet.Length..]), true));
                isNew = false;
            }
            else if (isNumbered && Numbered().Match(line) is { Success: true } number)
            {
                blocks.Add((new StringBuilder(line[number.Length..]), true));
                isNew = false;
            }
            else if (Heading().Match(line) is { Success: true } heading)
            {
                blocks.Add((new StringBuilder(line[heading.Length..].TrimEnd('#', ' ')), false));
                isNew = true;
            }
            else if (isNew || blocks.Count == 0)
            {
                blocks.Add((new StringBuilder(line), false));
                isNew = false;
            }
            else
            {
                blocks[^1].Text.Append(NeedsSpace(blocks[^1].Text, line) ? " " : "").Append(line);
            }
        }

        return Punctuated(blocks);
    }

    private static List<string> Punctuated(List<(StringBuilder Text, bool IsItem)> blocks)
    {
        var lines = new List<string>();
        for (var i = 0; i < blocks.Count; i++)
        {
            var text = blocks[i].Text.ToString().Trim();
            text = i > 0 && lines[^1].EndsWith('.') ? Capitalized(text) : text;
            var isLast = i == blocks.Count - 1;
            var end = text.TrimEnd('*', '_', ' ', '"', '”', '’', ')', '»', '」').LastOrDefault();
            var isOpen = char.IsLetterOrDigit(end) || end is CodeEnd or '%' or '°';
            var stop = !isLast && blocks[i].IsItem && blocks[i + 1].IsItem ? "," : ".";
            lines.Add(isOpen && blocks.Count > 1 ? text + stop : text);
        }

        return lines;
    }

    private static string Capitalized(string text)
    {
        var first = text.AsSpan().IndexOfAnyExcept('*', '_');
        return first >= 0 && first + 1 < text.Length && char.IsLower(text[first]) && !char.IsUpper(text[first + 1])
            ? string.Concat(text.AsSpan(0, first), [char.ToUpperInvariant(text[first])], text.AsSpan(first + 1))
            : text;
    }

    // Lines of scripts that do not use spaces are joined without.
    private static bool NeedsSpace(StringBuilder text, string line) => text.Length == 0 || !(IsWide(text[^1]) && IsWide(line[0]));

    private static bool IsWide(char c) => c is >= '\u2E80' and <= '\u9FFF' or >= '\uF900' and <= '\uFAFF' or >= '\uFF00' and <= '\uFFEF';

    [GeneratedRegex(@"^[ \t]{0,3}(?:```|~~~)[^\n`]{0,40}$\n?|```(?=\s*$)", RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"(?<!`)(?<mark>`{1,3})(?!`)(?<code>[^\n]+?)(?<!`)\k<mark>(?!`)")]
    private static partial Regex CodeSpan();

    [GeneratedRegex("\uE000(.)\uE001")]
    private static partial Regex Code();

    // Beside a quotation mark a tag is what the picture shows.
    [GeneratedRegex("(?<![\"'“‘„«])</?(?:p|br|div|h[1-6]|li|ul|ol|tr|table|thead|tbody|blockquote|hr|section|article|figure|figcaption"
        + "|html|body|pre)(?:\\s[^<>]{0,200})?/?>(?![\"'”’“»])", RegexOptions.IgnoreCase)]
    private static partial Regex LineTag();

    [GeneratedRegex(
        "(?<![\"'“‘„«])</?(?:b|i|em|strong|u|s|del|ins|span|a|img|font|mark|small|big|sup|sub|td|th|code|center|answer|final_answer)"
        + "(?:\\s[^<>]{0,400})?/?>(?![\"'”’“»])")]
    private static partial Regex Tag();

    [GeneratedRegex(@"^(?:\s{0,3}>\s?)+")]
    private static partial Regex Quote();

    [GeneratedRegex(@"^(?:(?:-\s?){3,}|(?:\*\s?){3,}|(?:_\s?){3,}|={3,})$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"^\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*(?::?-{2,}:?)?\s*$")]
    private static partial Regex TableRule();

    [GeneratedRegex(@"^(?:[-*•‣◦▪·]|[+](?=\s+\p{L}))\s+(?:\[[ xX]\]\s+)?")]
    private static partial Regex Bullet();

    [GeneratedRegex(@"^\s*\d{1,2}[.)]\s+")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"^#{1,6}\s+(?=\S)")]
    private static partial Regex Heading();

    [GeneratedRegex(@"!\[(?<text>[^\]\n]*)\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)")]
    private static partial Regex Image();

    [GeneratedRegex(@"\[(?<text>[^\[\]\n]+)\]\((?:https?:|mailto:|/|#|www\.|<)[^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"<(?<url>https?://[^<>\s]+)>")]
    private static partial Regex AutoLink();

    [GeneratedRegex(@"(?<![\dA-Za-z*\\])\*{2,3}(?=[^\s*])(?<text>[^*\n]+?(?:(?<![\s*])\*(?!\*)[^*\n]+\*[^*\n]*?)?)(?<=[^\s\\])\*{2"
        + @",3}(?!\*)|(?<![\dA-Za-z*\\])\*{2}(?=\*?[^\s*])(?<text>[^\n]+?)(?<=[^\s\\])\*{2}(?!\*)")]
    private static partial Regex Bold();

    [GeneratedRegex(@"(?<![\w\\""'“‘`])__(?=[^\s_])(?<text>[^\n]+?)(?<=[^\s\\])__(?![\w.(])")]
    private static partial Regex BoldUnderscores();

    [GeneratedRegex(@"(?<![\dA-Za-z*\\])\*(?=[^\s*])(?<text>[^*\n]+?)(?<=[^\s*\\])\*(?![\w*])")]
    private static partial Regex Italic();

    [GeneratedRegex(@"(?<![\w\\])_(?=[^\s_])(?<text>[^_\n]+?)(?<=[^\s_\\])_(?!\w)")]
    private static partial Regex ItalicUnderscores();

    [GeneratedRegex(@"~~(?=\S)(?<text>[^~\n]+?)(?<=\S)~~")]
    private static partial Regex Struck();

    [GeneratedRegex(@"\\(?<mark>[\\*_#\[\]()`~>+.!|{}-])")]
    private static partial Regex Escape();
}
