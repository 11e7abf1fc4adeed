using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ImageApp.CaptionFunction.Provider;

namespace ImageApp.CaptionFunction.Answers;

/// <summary>What a model's answer says about the picture, as one paragraph of plain text.</summary>
/// <param name="Text">The description; empty where there is none.</param>
/// <param name="IsDeclined">Whether the answer is a refusal and nothing else.</param>
/// <param name="IsBlind">Whether the answer says that the model got or sees no picture, and nothing else.</param>
internal sealed partial record AnswerText(string Text, bool IsDeclined = false, bool IsBlind = false)
{
    private const int ShortestDescription = 40;
    private const int MaxNesting = 3;
    private const int MaxAnswer = 1_000_000;
    private const int MaxText = 20_000;

    private static readonly string[] Members =
    [
        "caption", "description", "image_description", "imageDescription", "alt_text", "altText", "alt", "text", "paragraph", "answer",
        "response", "output", "result", "content", "final", "beschreibung", "descripcion", "descripción",
    ];

    private static readonly (char Open, char Close)[] Quotes =
    [
        ('"', '"'), ('“', '”'), ('„', '“'), ('„', '”'), ('«', '»'), ('»', '«'), ('\'', '\''), ('‘', '’'), ('「', '」'), ('『', '』'),
        ('[', ']'), ('(', ')'),
    ];

    /// <summary>Reads an answer.</summary>
    public static AnswerText Read(string answer)
    {
        // A server that never ends must not keep an invocation busy; thoughts may be long, a description is not.
        var text = Thoughts.Remove(Printable(answer.Length > MaxAnswer ? answer[..MaxAnswer] : answer));
        text = text.Length > MaxText ? text[..MaxText] : text;
        text = Runaway().Replace(WrittenBreak().Replace(text, "\n"), "");
        text = Wrapped().Match(text) is { Success: true } wrapped ? wrapped.Groups["text"].Value : text;
        text = Unwrap(Boxed().Match(text) is { Success: true } boxed ? boxed.Groups["text"].Value : text, 0);
        text = Unquote(Chatter.Remove(Unquote(Markdown.ToPlainText(text))));
        text = OneParagraph(text);
        return WithoutRefusal(text);
    }

    // Some models describe what they may although they decline a part: "I can't identify the people, but the photo shows …".
    private static AnswerText WithoutRefusal(string text)
    {
        var sentences = Sentences.Split(text);
        var isDeclined = sentences.Count > 0 && Refusals.IsRefusal(sentences[0]);
        var isBlind = sentences.Count > 0 && Refusals.IsBlind(sentences[0]);
        if (!isDeclined && !isBlind)
        {
            return new AnswerText(text);
        }

        var description = new StringBuilder();
        foreach (var sentence in sentences)
        {
            if (!Refusals.IsRefusal(sentence) && !Refusals.IsBlind(sentence))
            {
                description.Append(OfModel().IsMatch(sentence) ? "" : sentence);
            }
            else if (But().Match(sentence) is { Success: true } but && !OfModel().IsMatch(but.Groups["rest"].Value))
            {
                var rest = but.Groups["rest"].Value;
                description.Append(char.ToUpperInvariant(rest[0])).Append(rest.AsSpan(1));
            }
        }

        var left = description.ToString().Trim();
        return left.Length >= ShortestDescription ? new AnswerText(left)
            : new AnswerText("", isDeclined && !isBlind, isBlind);
    }

    // Characters that are not seen and not spoken; those that join letters and emoji are kept, and line breaks.
    private static string Printable(string answer)
    {
        var text = new StringBuilder(answer.Length);
        foreach (var rune in answer.EnumerateRunes())
        {
            if (rune.Value is '\n' or '\r' or '\t' or 0x2028 or 0x2029)
            {
                text.Append(rune.Value == '\t' ? ' ' : '\n', 1);
            }
            else if (!Rune.IsControl(rune) && !IsInvisible(rune.Value))
            {
                text.Append(rune);
            }
        }

        return text.ToString();
    }

    // Marks of byte order, hyphenation, width zero, direction and private use.
    private static bool IsInvisible(int rune) => rune is 0xFFFD or 0xFEFF or 0xFFFE or 0xFFFF or 0x00AD or 0x200B or 0x2060
        or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or (>= 0xE000 and <= 0xF8FF);

    // {"caption": "…"}, also in a code fence, also as a list of one.
    private static string Unwrap(string text, int depth)
    {
        var json = JsonFence().Match(text) is { Success: true } fence ? fence.Groups["json"].Value.Trim() : text.Trim();
        if (depth == MaxNesting || json.Length < 2 || (json[0], json[^1]) is not (('{', '}') or ('[', ']') or ('"', '"')))
        {
            return text;
        }

        try
        {
            using var document = JsonDocument.Parse(json, ChatCompletion.Lenient);
            return Inner(document.RootElement) is { } inner ? Unwrap(Thoughts.Remove(inner), depth + 1) : text;
        }
        catch (JsonException)
        {
            // It only looks like JSON: then it is text.
            return text;
        }
    }

    private static string? Inner(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                return json.GetString();
            case JsonValueKind.Array when json.GetArrayLength() == 1:
                return Inner(json[0]);
            case JsonValueKind.Object:
                foreach (var name in Members)
                {
                    foreach (var property in json.EnumerateObject())
                    {
                        if (string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase) && Inner(property.Value) is { } value)
                        {
                            return value;
                        }
                    }
                }

                var members = json.EnumerateObject().ToList();
                return members.Count == 1 ? Inner(members[0].Value)
                    : members.All(member => member.Value.ValueKind == JsonValueKind.String)
                        ? string.Join("\n\n", members.Select(member => member.Value.GetString()))
                    : null;
            default:
                return null;
        }
    }

    private static string Unquote(string text)
    {
        var trimmed = text.Trim();
        foreach (var (open, close) in Quotes)
        {
            if (trimmed.Length > 2 && trimmed[0] == open && trimmed[^1] == close)
            {
                var inner = trimmed[1..^1];
                var isWhole = open == '\'' || open == '‘' ? !LoneQuote().IsMatch(inner) : !inner.Contains(open) && !inner.Contains(close);
                if (isWhole)
                {
                    return inner.Trim();
                }
            }
        }

        return trimmed;
    }

    private static string OneParagraph(string text) => WhiteSpace().Replace(text, " ").Trim();

    [GeneratedRegex(@"^\s*(?:```|~~~)\w*\s*\n?(?<json>[\s\S]*?)\n?\s*(?:```|~~~)\s*$")]
    private static partial Regex JsonFence();

    // A model that goes on with a dialogue of its own.
    [GeneratedRegex(@"\n\s*(?:#+ *)?(?:user|human|instruction|question)\s?:.*\z", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Runaway();

    // A line break that was escaped once too often.
    [GeneratedRegex(@"(?<=[.!?])(?:\\n)+\s*")]
    private static partial Regex WrittenBreak();

    // <description>…</description>
    [GeneratedRegex(@"^\s*<(?<name>[\w:-]{1,30})>(?<text>.*)</\k<name>>\s*$", RegexOptions.Singleline)]
    private static partial Regex Wrapped();

    [GeneratedRegex(@"^\s*\$*\\boxed\{(?:\\text\{)?(?<text>.+?)\}+\$*\s*$", RegexOptions.Singleline)]
    private static partial Regex Boxed();

    // A single quotation mark that is no apostrophe.
    [GeneratedRegex(@"(?<!\p{L})['’‘]|['’‘](?!\p{L})")]
    private static partial Regex LoneQuote();

    [GeneratedRegex(@"[\s\u0085\u00A0]+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex(
        @"^.*[,;.—–-] ?(?:but|however,?|though|aber|mais|pero|ma|mas|maar) (?<rest>.{30,})$",
        RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex But();

    // What the model says of itself, and to the person; but not "I can see two women".
    [GeneratedRegex(
        @"^(?!\W{0,2}i (?:can |could )?(?:see|observe|notice)\b)[^""“«]*?\b(?:i|i['’]\w+|me|my|you|your|please|ich|mir|ihnen|du|sie|je"
            + @"|vous|moi|yo|usted|tú|puedo|posso)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OfModel();
}
