using System.Text.Json.Nodes;
using ImageApp.Tests.Functions;

namespace ImageApp.Tests.Captions;

/// <summary>Providers as they really answer, by the name of what is special about them.</summary>
internal static class ProviderBehaviours
{
    public const string Caption = "Two herons stand in shallow water at dawn, and mist lies over the reeds behind them.";

    public static ModelAnswer ExtraForbidden(string parameter) => new(422, $$$"""
        {"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","{{{parameter}}}"],
        "msg":"Extra inputs are not permitted","input":4096}]},
        "type":"invalid_request_error","code":null}
        """);

    public static ModelAnswer Unsupported(string parameter, string other) => new(400, $$$"""
        {"error":{"message":"Unsupported parameter: '{{{parameter}}}' is not supported with this model. Use '{{{other}}}' instead.",
        "type":"invalid_request_error","param":"{{{parameter}}}","code":"unsupported_parameter"}}
        """);

    /// <summary>The answer of one of them.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="number">The request's number, from 1.</param>
    /// <param name="body">The request.</param>
    public static ModelAnswer Answer(string name, int number, JsonObject body) => name switch
    {
        "whole" => ModelAnswer.Text(Caption),
        "cut in a sentence" => ModelAnswer.Text(Caption + " Behind the reeds there is a wooden hut with a sm", "length"),
        "cut in the only sentence" => ModelAnswer.Text(Caption[..70], "length"),
        "cut at first" =>
            (int)(body["max_tokens"] ?? body["max_completion_tokens"])! > 4096
            ? ModelAnswer.Text(Caption)
            : ModelAnswer.Text(Caption[..70], "length"),
        "cut but called complete" =>
            (int)(body["max_tokens"] ?? body["max_completion_tokens"])! > 4096
            ? ModelAnswer.Text(Caption)
            : ModelAnswer.Text(Caption[..70], tokens: 4096),
        "thoughts only" => ModelAnswer.Text("", "length"),
        "thoughts only, null" => ModelAnswer.Text(null, "MAX_TOKENS"),
        "thoughts in the text" => ModelAnswer.Text("<think>\nHerons. Two of them.\n</think>\n\n" + Caption),
        "thoughts without their opening tag" => ModelAnswer.Text("Herons, I see two.\n</think>\n" + Caption),
        "thoughts apart" =>
            ModelAnswer.Message(new JsonObject { ["content"] = Caption, ["reasoning_content"] = "Herons.", ["reasoning"] = "Herons." }),
        "thoughts as parts" => ModelAnswer.Message(new JsonObject
        {
            ["role"] = "assistant",
            ["content"] = new JsonArray(
                new JsonObject { ["type"] = "thinking", ["thinking"] = new JsonArray(Part("Herons.")) },
                Part(Caption)),
        }),
        "markdown" => ModelAnswer.Text("Here is a description of the picture:\n\n**Two herons** stand in _shallow_ water.\n\n- mist\n- reeds\n\n"
            + "Would you like more detail?"),
        "refusal" =>
            ModelAnswer.Message(new JsonObject { ["role"] = "assistant", ["content"] = null, ["refusal"] = "I can't help with that." }),
        "refusal in the text" => ModelAnswer.Text("I'm sorry, but I can't help with identifying people."),
        "content_filter" => ModelAnswer.Text("", "content_filter"),
        "content_filter: PROHIBITED_CONTENT" => ModelAnswer.Text(null, "content_filter: PROHIBITED_CONTENT"),
        "SAFETY" => ModelAnswer.Text("Two her", "SAFETY"),
        "blocked prompt" => new(200, """{"object":"chat.completion","model":"vision-1","promptFeedback":{"blockReason":"OTHER"}}"""),
        "finish eos" => ModelAnswer.Text(Caption, "eos"),
        "finish null" => ModelAnswer.Text(Caption, null),
        "finish a number" => new(200, ModelAnswer.Text(Caption).Body.Replace("\"stop\"", "7", StringComparison.Ordinal)),
        "bare" => new(200, $$$"""{"choices":[{"message":{"content":"{{{Caption}}}"}}]}"""),
        "strange members" => new(200, $$$"""{"id":7,"object":null,"created":"now","model":null"""
            + $$$""","usage":"many","choices":[{"index":"a","message":{"role":"bot","content":"{{{Caption}}}","tool_calls":null"""
            + $$$""","refusal":null},"logprobs":[]}],"error":null}"""),
        "events" => new(200, $$$"""
            : OPENROUTER PROCESSING

            data: {"choices":[{"delta":{"role":"assistant","content":"{{{Caption[..40]}}}"}}]}

            data: {"model":"vision-1","choices":[{"delta":{"content":"{{{Caption[40..]}}}"},"finish_reason":"stop"}]}

            data: [DONE]

            """)
        { ContentType = "text/event-stream" },
        "error in 200" => new(200, """{"id":"x","object":"chat.completion","error":{"code":502,"message":"Provider returned error"}}"""),
        "error in the choice" => new(200, """{"choices":[{"finish_reason":"error","error":{"code":503,"message":"Upstream idle timeout"}"""
            + ""","message":{"role":"assistant","content":""}}]}"""),
        "quota in 200" => new(200, """{"error":{"code":429,"message":"Rate limit exceeded: free-models-per-day."}}"""),
        "error as a text" => new(200, """{"error":"Unexpected endpoint or method. (POST /v1/chat/completions)"}"""),
        "choices null" => new(200, """{"id":"x","object":"chat.completion","model":"vision-1","choices":null}"""),
        "choices empty" => new(200, """{"id":"x","object":"chat.completion","model":"vision-1","choices":[]}"""),
        "no body" => new(200, ""),
        "broken JSON" => new(200, """{"id":"x","choices":[{"message":{"content":"Two her"""),
        "broken connection" => ModelAnswer.Text(Caption) with { BreaksOff = true },
        "a page" => new(200, "<!doctype html><title>Welcome</title>") { ContentType = "text/html" },
        "a gateway's page" => new(502, "<html><h1>502 Bad Gateway</h1></html>") { ContentType = "text/html" },
        "redirect" => new(301, "") { Header = ("Location", "/elsewhere") },
        "unknown model" => ModelAnswer.Error(404, "The model `m-1` does not exist or you do not have access to it."),
        "text only" => ModelAnswer.Error(400, "This model does not support image inputs."),
        "blind" => ModelAnswer.Text("I'm sorry, but I can't see images. Please describe the picture in words."),
        "key refused" => ModelAnswer.Error(401, "Incorrect API key provided."),
        "overloaded" => ModelAnswer.Error(503, "The model is overloaded. Please try again later."),
        "minute's quota" => new(429, """[{"error":{"code":429,"message":"You exceeded your current quota. Please retry in"""
            + """ 52.4s.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"52."""
            + """418s"}]}}]"""),
        "day's quota" => new(429, """[{"error":{"code":429,"message":"You exceeded your current"""
            + """ quota.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":["""
            + """{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}}]"""),
        "knows max_tokens only" =>
            body.ContainsKey("max_completion_tokens") ? ExtraForbidden("max_completion_tokens") : ModelAnswer.Text(Caption),
        "knows max_completion_tokens only" =>
            body.ContainsKey("max_tokens") ? Unsupported("max_tokens", "max_completion_tokens") : ModelAnswer.Text(Caption),
        "knows no limit" =>
            body.ContainsKey("max_tokens")
            ? ExtraForbidden("max_tokens")
            : body.ContainsKey("max_completion_tokens")
            ? ExtraForbidden("max_completion_tokens")
            : ModelAnswer.Text(Caption),
        "knows no reasoning_effort" => body.ContainsKey("reasoning_effort") ? ModelAnswer.Error(400, "Unrecognized request argument"
            + " supplied: reasoning_effort") : ModelAnswer.Text(Caption),
        "does not think" =>
            body.ContainsKey("reasoning_effort") ? ModelAnswer.Error(400, "\"m-1\" does not support thinking") : ModelAnswer.Text(Caption),
        "small context" => (int)body["max_tokens"]! > 3192
            ? ModelAnswer.Error(400, "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (904 in the"
                + " messages, 4096 in the completion). Please reduce the length of the messages or completion.")
            : ModelAnswer.Text(Caption),
        "few credits" => (int)body["max_tokens"]! > 3919
            ? ModelAnswer.Error(402, "This request requires more credits, or fewer max_tokens. You requested up to 4096 tokens, but can"
                + " only afford 3919.")
            : ModelAnswer.Text(Caption),
        "small limit" => (int)body["max_tokens"]! > 2048
            ? ModelAnswer.Error(400, "max_tokens is too large: 4096. This model supports at most 2048 completion tokens, whereas you"
                + " provided 4096.")
            : ModelAnswer.Text(Caption),
        "small body" =>
            body.ToJsonString().Length > 300_000
            ? new ModelAnswer(413, "<html>413 Request Entity Too Large</html>") { ContentType = "text/html" }
            : ModelAnswer.Text(Caption),
        "busy at first" => number <= 1 ? ModelAnswer.Error(429, "slow down", "0") : ModelAnswer.Text(Caption),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such provider."),
    };

    private static JsonObject Part(string text) => new() { ["type"] = "text", ["text"] = text };
}
