using ImageApp.CaptionFunction.Provider;

namespace ImageApp.Tests.Captions;

/// <summary>How a provider is spoken to before anything is known of it.</summary>
public sealed class DialectTests
{
    [Theory]
    [InlineData("https://generativelanguage.googleapis.com/v1beta/openai/", "gemini-flash-latest", "MaxCompletionTokens", "low")]
    [InlineData("https://api.openai.com/v1", "gpt-5-mini", "MaxCompletionTokens", "low")]
    [InlineData("https://api.openai.com/v1", "o4-mini", "MaxCompletionTokens", "low")]
    [InlineData("https://api.openai.com/v1", "gpt-4o", "MaxCompletionTokens", null)]
    [InlineData("https://me.openai.azure.com/openai/v1/", "gpt-5", "MaxCompletionTokens", "low")]
    [InlineData("https://api.mistral.ai/v1", "pixtral-12b", "MaxTokens", null)]
    [InlineData("http://localhost:11434/v1", "qwen3-vl", "MaxTokens", null)]
    [InlineData("https://notopenai.com/v1", "gpt-5", "MaxTokens", null)]
    public void The_first_guess_is_by_the_host(string url, string model, string limit, string? effort)
    {
        var dialect = Dialect.Guess(new Uri(url), model, reasoningEffort: null);
        Assert.Equal((limit, effort), (dialect.LimitName.ToString(), dialect.ReasoningEffort));
        Assert.Equal("none", Dialect.Guess(new Uri(url), model, "none").ReasoningEffort);
    }

    [Theory]
    [InlineData("https://a.example/v1/", "https://a.example/v1/chat/completions")]
    [InlineData("https://a.example/v1", "https://a.example/v1/chat/completions")]
    [InlineData("https://a.example", "https://a.example/chat/completions")]
    [InlineData("https://a.example/v1/chat/completions", "https://a.example/v1/chat/completions")]
    [InlineData("https://a.example/x/?api-version=7", "https://a.example/x/chat/completions?api-version=7")]
    public void The_endpoint_is_below_the_base(string url, string expected) =>
        Assert.Equal(expected, Dialect.Guess(new Uri(url), "m", null).Url.ToString());

    [Theory]
    [InlineData("This model's maximum context length is 4,096 tokens, your request has 904 input tokens: max_tokens is too large", 3192)]
    [InlineData("max_tokens must be less than or equal to 2048", 2048)]
    [InlineData("`max_tokens` is too high", 2048)]
    [InlineData("requires more credits, or fewer max_tokens. You requested up to 4096 tokens, but can only afford 0.", null)]
    [InlineData("requires more credits, or fewer max_tokens. You requested up to 4096 tokens, but can only afford 600.", 600)]
    [InlineData("maximum context length is 1000 tokens (904 in the messages, 4096 in the completion)", null)]
    [InlineData("something else is wrong", null)]
    public void A_limit_that_is_too_high_is_lowered(string message, int? expected)
    {
        var dialect = Dialect.Guess(new Uri("http://localhost/v1"), "m", null);
        var status = message.Contains("afford", StringComparison.Ordinal) ? 402 : 400;
        var after = dialect.After(new ProviderError(status, message, message, IsJson: true), 4096);
        Assert.Equal(expected, after?.MaxTokens);
    }

    [Fact]
    public void A_limit_is_left_out_only_where_one_request_is_refused_under_both_names()
    {
        var dialect = Dialect.Guess(new Uri("http://localhost/v1"), "m", null);
        var flipped = dialect.After(Unknown("max_tokens"), 4096)!;
        Assert.Equal(TokenLimitName.MaxCompletionTokens, flipped.LimitName);
        Assert.Equal(TokenLimitName.MaxTokens, flipped.After(Unknown("max_completion_tokens"), 4096)!.LimitName);
        Assert.Equal(TokenLimitName.None, flipped.After(Unknown("max_completion_tokens"), 4096, isOtherNameRefused: true)!.LimitName);

        static ProviderError Unknown(string name) => new(422, $"extra_forbidden {name} Extra inputs are not permitted", "", IsJson: true);
    }

    [Fact]
    public void A_refusal_of_another_kind_teaches_nothing()
    {
        var dialect = Dialect.Guess(new Uri("http://localhost/v1"), "m", "low");
        Assert.Null(dialect.After(new ProviderError(429, "max_tokens reasoning_effort", "", IsJson: true), 4096));
    }
}
