namespace ImageApp.Tests.Functions;

/// <summary>What the model server answers one request with.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body, JSON.</param>
/// <param name="RetryAfter">The Retry-After header; null for none.</param>
/// <param name="Hangs">Whether it never answers.</param>
public sealed record ModelAnswer(int Status, string Body, string? RetryAfter = null, bool Hangs = false)
{
    /// <summary>A chat completion with a text.</summary>
    public static ModelAnswer Text(string text, string finishReason = "stop") =>
        new(
            200,
            $$$"""
            {"id":"c1","object":"chat.completion","created":1700000000,"model":"vision-1","choices":[{"index":0,"finish_reason":"{{{finishReason}}}","message":{"role":"assistant","content":{{{System.Text.Json.JsonSerializer.Serialize(
                text
            )}}}}}],"usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}}
            """
        );

    /// <summary>An error as the provider words it.</summary>
    public static ModelAnswer Error(int status, string message, string? retryAfter = null) =>
        new(status, $$$"""{"error":{"message":"{{{message}}}","type":"error","code":"{{{status}}}"}}""", retryAfter);
}
