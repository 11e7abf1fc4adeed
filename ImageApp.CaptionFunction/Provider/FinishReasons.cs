using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace ImageApp.CaptionFunction.Provider;

/// <summary>Finish reasons in every provider's spelling.</summary>
internal static partial class FinishReasons
{
    /// <summary>What a reason means: cut off, withheld, or neither. One that is not known says nothing, and nor does none.</summary>
    public static ChatFinishReason? Read(string? reason) => reason is null ? null
        : Filtered().IsMatch(reason) ? ChatFinishReason.ContentFilter
        : Cut().IsMatch(reason) ? ChatFinishReason.Length
        : new ChatFinishReason(reason.Length == 0 ? "unknown" : reason);

    // OpenAI content_filter; Gemini SAFETY, RECITATION, BLOCKLIST, PROHIBITED_CONTENT, SPII, LANGUAGE is none; Anthropic refusal; Cohere
    // ERROR_TOXIC;
    // Zhipu sensitive; Bedrock guardrail_intervened.
    [GeneratedRegex(
        "content.?filter|safety|recitation|block.?list|blocked|prohibited|spii|refus|toxic|sensitive|guardrail|moderat|jailbreak|policy",
        RegexOptions.IgnoreCase)]
    private static partial Regex Filtered();

    // OpenAI length; Gemini MAX_TOKENS; Mistral model_length; Text Generation Inference; Anthropic model_context_window_exceeded.
    [GeneratedRegex("length|max.{0,12}tokens|token.?limit|context.?window|truncat|^limit$", RegexOptions.IgnoreCase)]
    private static partial Regex Cut();
}
