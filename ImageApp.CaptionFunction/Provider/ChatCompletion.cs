using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace ImageApp.CaptionFunction.Provider;

/// <summary>
/// What a provider answered with 200. Providers differ in nearly every member, so whatever is missing, null or of another type is simply
/// not
/// there, and nothing that is unknown is an error.
/// </summary>
internal sealed record ChatCompletion
{
    /// <summary>How answers are read.</summary>
    public static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    private static readonly string[] ContentMembers = ["text", "content", "value", "output_text"];

    /// <summary>The text; thoughts that the provider keeps apart are not in it.</summary>
    public string Text { get; private init; } = "";

    /// <summary>Why the answer ends, in the provider's spelling; null where it does not say.</summary>
    public string? FinishReason { get; private init; }

    /// <summary>Whether the model says in its own member that it does not want to answer.</summary>
    public bool IsRefusal { get; private init; }

    /// <summary>Whether there is an answer at all, empty or not.</summary>
    public bool HasChoice { get; private init; }

    /// <summary>The model that answered.</summary>
    public string? Model { get; private init; }

    /// <summary>The answer's identifier.</summary>
    public string? Id { get; private init; }

    /// <summary>The tokens counted.</summary>
    public UsageDetails? Usage { get; private init; }

    /// <summary>An error in the place of the answer, or beside it.</summary>
    public ProviderError? Error { get; private init; }

    /// <summary>Reads an answer.</summary>
    /// <exception cref="JsonException">It is not JSON, or breaks off.</exception>
    public static ChatCompletion Parse(string body)
    {
        var text = body.AsSpan().TrimStart("\uFEFF \t\r\n");
        if (text.StartsWith(':') || text.StartsWith("data:", StringComparison.Ordinal)
            || text.StartsWith("event:", StringComparison.Ordinal))
        {
            return ParseEvents(body);
        }

        using var json = JsonDocument.Parse(body.AsMemory(body.Length - text.Length), Lenient);
        return Read(json.RootElement, body);
    }

    // Some gateways stream whatever is asked of them: server-sent events, each with the next piece of the answer.
    private static ChatCompletion ParseEvents(string body)
    {
        var answer = new ChatCompletion();
        var text = new StringBuilder();
        foreach (var line in body.Split('\n'))
        {
            var data = line.StartsWith("data:", StringComparison.Ordinal) ? line.AsSpan(5).Trim().ToString() : "";
            if (data.Length == 0 || data == "[DONE]")
            {
                continue;
            }

            using var json = JsonDocument.Parse(data, Lenient);
            var piece = Read(json.RootElement, body);
            text.Append(piece.Text);
            answer = piece with
            {
                FinishReason = piece.FinishReason ?? answer.FinishReason,
                IsRefusal = piece.IsRefusal || answer.IsRefusal,
                HasChoice = piece.HasChoice || answer.HasChoice,
                Model = piece.Model ?? answer.Model,
                Usage = piece.Usage ?? answer.Usage,
                Error = piece.Error ?? answer.Error,
            };
        }

        return answer with { Text = text.ToString() };
    }

    private static ChatCompletion Read(JsonElement root, string body)
    {
        // Google wraps errors into an array of one.
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0)
        {
            root = root[0];
        }

        var choice = Array(root, "choices") is { } choices && choices.GetArrayLength() > 0 ? choices[0] : default;
        var message = Member(choice, "message") ?? Member(choice, "delta") ?? default;
        var error = ErrorOf(root) ?? ErrorOf(choice);
        return new ChatCompletion
        {
            Text = (Member(message, "content") ?? Member(choice, "text")) is { } content ? ContentText(content) : "",
            FinishReason = String(choice, "finish_reason") ?? String(choice, "finishReason") ?? BlockReason(root),
            IsRefusal = !string.IsNullOrWhiteSpace(String(message, "refusal")) || HasRefusalPart(message),
            HasChoice = choice.ValueKind == JsonValueKind.Object,
            Model = String(root, "model"),
            Id = String(root, "id"),
            Usage = Member(root, "usage") is { ValueKind: JsonValueKind.Object } usage ? ReadUsage(usage) : null,
            Error = error is { } found ? ProviderError.Inside(found, body) : null,
        };
    }

    private static JsonElement? ErrorOf(JsonElement json) => Member(json, "error") is { } error && error.ValueKind switch
    {
        JsonValueKind.Object => error.EnumerateObject().Any(),
        JsonValueKind.String => error.GetString()!.Length > 0,
        JsonValueKind.True => true,
        _ => false,
    }
        ? error
        : null;

    // A text; or parts, of which those with thoughts have another type (Mistral's "thinking", others' "reasoning").
    private static string ContentText(JsonElement content)
    {
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                return content.GetString()!;
            case JsonValueKind.Array:
                return string.Concat(content.EnumerateArray().Select(ContentText));
            case JsonValueKind.Object when String(content, "type") is null or "text" or "output_text" or "message":
                foreach (var name in ContentMembers)
                {
                    if (Member(content, name) is { } inner)
                    {
                        return ContentText(inner);
                    }
                }

                return "";
            default:
                return "";
        }
    }

    private static bool HasRefusalPart(JsonElement message) => Array(message, "content") is { } parts
        && parts.EnumerateArray().Any(part => String(part, "type") == "refusal");

    // Gemini blocks a prompt without any candidate.
    private static string? BlockReason(JsonElement root) =>
        (Member(root, "promptFeedback") ?? Member(root, "prompt_feedback")) is { } feedback
        && (String(feedback, "blockReason") ?? String(feedback, "block_reason")) is { } reason
            ? "content_filter: " + reason
            : null;

    private static UsageDetails ReadUsage(JsonElement usage) => new()
    {
        InputTokenCount = Number(usage, "prompt_tokens"),
        OutputTokenCount = Number(usage, "completion_tokens"),
        TotalTokenCount = Number(usage, "total_tokens"),
        ReasoningTokenCount = Member(usage, "completion_tokens_details") is { } details ? Number(details, "reasoning_tokens") : null,
    };

    private static JsonElement? Member(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    private static JsonElement? Array(JsonElement json, string name) =>
        Member(json, name) is { ValueKind: JsonValueKind.Array } value ? value : null;

    private static string? String(JsonElement json, string name) =>
        Member(json, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static long? Number(JsonElement json, string name) =>
        Member(json, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;
}
