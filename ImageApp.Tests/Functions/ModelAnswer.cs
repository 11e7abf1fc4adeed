using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageApp.Tests.Functions;

/// <summary>What the model server answers one request with.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body.</param>
/// <param name="RetryAfter">The Retry-After header; null for none.</param>
/// <param name="Hangs">Whether it never answers.</param>
public sealed record ModelAnswer(int Status, string Body, string? RetryAfter = null, bool Hangs = false)
{
    /// <summary>The body's type.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>A further header; null for none.</summary>
    public (string Name, string Value)? Header { get; init; }

    /// <summary>Whether the connection ends in the middle of the body.</summary>
    public bool BreaksOff { get; init; }

    /// <summary>A chat completion with a text.</summary>
    public static ModelAnswer Text(string? text, string? finishReason = "stop", int tokens = 7) =>
        Message(new JsonObject { ["role"] = "assistant", ["content"] = text }, finishReason, tokens);

    /// <summary>A chat completion with a message.</summary>
    public static ModelAnswer Message(JsonObject message, string? finishReason = "stop", int tokens = 7) => new(200, new JsonObject
    {
        ["id"] = "c1",
        ["object"] = "chat.completion",
        ["created"] = 1700000000,
        ["model"] = "vision-1",
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["finish_reason"] = finishReason, ["message"] = message }),
        ["usage"] = new JsonObject { ["prompt_tokens"] = 5, ["completion_tokens"] = tokens, ["total_tokens"] = 5 + tokens },
    }.ToJsonString());

    /// <summary>An error as the provider words it.</summary>
    public static ModelAnswer Error(int status, string message, string? retryAfter = null) =>
        new(status, $$$"""{"error":{"message":{{{JsonSerializer.Serialize(message)}}},"code":"{{{status}}}"}}""", retryAfter);
}
