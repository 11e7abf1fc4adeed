using System.Text;
using System.Text.RegularExpressions;

namespace ImageApp.CaptionFunction.Answers;

/// <summary>
/// Takes out what a model thinks before it answers, where its server leaves that in the text: blocks in tags of many names, also without
/// the
/// opening tag (a server that swallowed it) or without the closing one (an answer that was cut), and the channels of gpt-oss.
/// </summary>
internal static partial class Thoughts
{
    private const string Names = "think|thinking|thought|thoughts|reasoning|reason|reflection|analysis|scratchpad|inner_?monologue"
        + "|(?:\\w+:)(?:think|thinking|thought|reasoning)";
    private const string Quotes = "\"'“”‘’„`«»「」";

    /// <summary>The answer without thoughts; empty where it is nothing else.</summary>
    public static string Remove(string answer)
    {
        var text = answer;
        if (FinalChannel().Matches(text) is { Count: > 0 } channels)
        {
            text = text[(channels[^1].Index + channels[^1].Length)..];
        }
        else if (OtherChannel().IsMatch(text))
        {
            return "";
        }

        // The channels' marks can be lost on the way, which leaves their names.
        if (BareChannels().Match(text) is { Success: true } bare)
        {
            text = text[bare.Length..];
        }

        text = Details().Replace(WithoutBlocks(text), "");
        text = Spelled().Replace(text, "");

        // A closing tag that is left has lost its opening one; between quotes or within a sentence it is what a picture shows.
        foreach (var closing in Closing().Matches(text).Reverse())
        {
            var end = closing.Index + closing.Length;
            if (!(closing.Index > 0 && Quotes.Contains(text[closing.Index - 1])) && !(end < text.Length && Quotes.Contains(text[end]))
                && !GoesOn().IsMatch(text.AsSpan(end)) && !Opening().IsMatch(text.AsSpan(0, closing.Index)))
            {
                text = text[end..];
                break;
            }
        }

        // An opening tag that is left was never closed: all that follows are thoughts.
        text = Unclosed().Replace(text, "");
        return Marks().Replace(text, "").Trim();
    }

    // Blocks whose opening tag begins the answer, a line, or what follows another tag; within a line it is what a picture shows.
    private static string WithoutBlocks(string text)
    {
        var kept = new StringBuilder();
        var start = 0;
        var unclosed = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var opening in BlockOpening().EnumerateMatches(text))
        {
            if (opening.Index < start)
            {
                continue;
            }

            var name = Name().Match(text, opening.Index + 1, opening.Length - 1).Value;
            if (unclosed.Contains(name))
            {
                continue;
            }

            var closing = text.IndexOf($"/{name}", opening.Index + opening.Length, StringComparison.OrdinalIgnoreCase);
            var end = closing < 0 ? -1 : text.AsSpan(closing).IndexOfAny('>', ']', '▷');
            if (end < 0)
            {
                unclosed.Add(name);
                continue;
            }

            kept.Append(text, start, opening.Index - start);
            start = closing + end + 1;
        }

        return kept.Append(text, start, text.Length - start).ToString();
    }

    [GeneratedRegex(
        @"(?<=(?:^|[>\]▷])\s*)[<\[◁](?:" + Names + @")(?:\s[^>\]▷]{0,200})?[>\]▷]",
        RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex BlockOpening();

    [GeneratedRegex(@"[\w:]+")]
    private static partial Regex Name();

    [GeneratedRegex(
        @"(?<=^\s*)<details\b[^>]{0,200}reasoning[^>]{0,200}>.*?</details>"
        + @"|(?<=^\s*)<details\b[^>]{0,200}>\s*<summary>[^<]{0,200}(?:thought|thinking|reasoning)[^<]{0,200}</summary>.*?</details>",
        RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Details();

    [GeneratedRegex(@"<\|(?:begin_of_thought|start_thinking|thinking_start)\|>.*?<\|(?:end_of_thought|end_thinking|thinking_end)\|>"
        + @"|\A\s*thinking\.{3}.*?\.{3}\s?done thinking\.?"
            + @"|\A\s*(?:thoughts?|thinking|reasoning):?[ ]*\n.*\n[ ]*\n(?=[^\n]+\s*\z)",
        RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Spelled();

    [GeneratedRegex(@"(?:[<\[◁]/(?:" + Names + @")\s?[>\]▷]|<\|(?:end_of_thought|end_thinking)\|>)", RegexOptions.IgnoreCase)]
    private static partial Regex Closing();

    [GeneratedRegex(@"[<\[◁](?:" + Names + @")[>\]▷]", RegexOptions.IgnoreCase)]
    private static partial Regex Opening();

    [GeneratedRegex(@"\A\s*[\p{Ll},;.]")]
    private static partial Regex GoesOn();

    [GeneratedRegex(
        @"(?:\A\s*|\n\s*)(?:[<\[◁](?:" + Names + @")[>\]▷]|<\|(?:begin_of_thought|start_thinking)\|>).*\z",
        RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Unclosed();

    [GeneratedRegex(@"<\|channel\|>\s*final[^<]{0,40}<\|message\|>", RegexOptions.IgnoreCase)]
    private static partial Regex FinalChannel();

    [GeneratedRegex(@"\A\s*(?:<\|start\|>\w*)?<\|channel\|>\s*(?:analysis|commentary)", RegexOptions.IgnoreCase)]
    private static partial Regex OtherChannel();

    [GeneratedRegex(@"\A\s*analysis(?=[A-Z]).*assistant\s?final(?=[A-Z\p{Lo}])", RegexOptions.Singleline)]
    private static partial Regex BareChannels();

    // What a tokenizer uses between turns: <|im_end|>, <|begin_of_box|>, <end_of_turn>, </s>, [/INST].
    [GeneratedRegex(@"<\|[\w/ ]{1,40}\|>|<(?:start|end)_of_(?:turn|text)>|</?s>(?=\s*$)|^\s*<s>|\[/?INST\]|<(?:eos|bos|pad|unk)>(?=\s*$)")]
    private static partial Regex Marks();
}
