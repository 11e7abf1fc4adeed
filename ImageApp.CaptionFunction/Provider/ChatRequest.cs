using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageApp.CaptionFunction.Provider;

/// <summary>A request of OpenAI's Chat Completions API, as far as captions need it.</summary>
internal sealed record ChatRequest(string Model, IReadOnlyList<ChatRequestMessage> Messages, bool Stream)
{
    /// <summary>The most tokens of the answer, thoughts included; models of OpenAI that think know it by this name only.</summary>
    public int? MaxCompletionTokens { get; init; }

    /// <summary>The same by its older name, which most providers know.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>How much to think, for example <c>low</c>.</summary>
    public string? ReasoningEffort { get; init; }
}

/// <summary>One message.</summary>
internal sealed record ChatRequestMessage(string Role, IReadOnlyList<ChatRequestPart> Content);

/// <summary>A part of a message: <c>text</c>, or <c>image_url</c>.</summary>
internal sealed record ChatRequestPart(string Type)
{
    /// <summary>The text.</summary>
    public string? Text { get; init; }

    /// <summary>The picture.</summary>
    public ChatRequestImage? ImageUrl { get; init; }
}

/// <summary>A picture as a <c>data:</c> URL.</summary>
internal sealed record ChatRequestImage(string Url);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChatRequest))]
internal sealed partial class ChatRequestJson : JsonSerializerContext
{
    /// <summary>Leaves base64's plus signs and other scripts as they are; no HTML page will hold them.</summary>
    public static ChatRequestJson Relaxed => field ??= new(
        new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
