using ImageApp.CaptionFunction;
using ImageApp.Core;
using ImageApp.Core.Formats;
using ImageApp.FunctionDefaults;
using ImageApp.Tests.Application;
using Microsoft.Extensions.Logging.Abstractions;
using NetVips;

namespace ImageApp.Tests.Functions;

/// <summary>The real client of the model's API against a server of ours.</summary>
public sealed class ModelCaptionerTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Asks_with_the_prompt_and_a_picture_of_at_most_1536_pixels()
    {
        await using var server = await ModelServer.StartAsync(ModelAnswer.Text("  A **dog**\n\non a   beach.\t"));
        var caption = await DescribeAsync(server, TestImages.Jpeg(3000, 1000));
        Assert.Equal("A **dog** on a beach.", caption.Text);
        Assert.Equal("vision-1", caption.Model);

        var (authorization, body) = Assert.Single(server.Requests);
        Assert.Equal("Bearer key-1", authorization);
        Assert.Equal("gemini-flash-latest", (string?)body["model"]);
        var content = body["messages"]![0]!["content"]!.AsArray();
        Assert.Contains("focusing on the main subjects, setting, and notable features", (string?)content[0]!["text"]);
        var url = (string)content[1]!["image_url"]!["url"]!;
        Assert.StartsWith("data:image/jpeg;base64,", url);
        using var sent = Image.NewFromBuffer(Convert.FromBase64String(url["data:image/jpeg;base64,".Length..]));
        Assert.Equal((1536, 512), (sent.Width, sent.Height));
        Assert.DoesNotContain(sent.GetFields(), field => field.StartsWith("exif", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Waits_as_long_as_a_busy_model_says_and_asks_once_more()
    {
        await using var server = await ModelServer.StartAsync(ModelAnswer.Error(429, "slow down", "1"), ModelAnswer.Text("A cat."));
        Assert.Equal("A cat.", (await DescribeAsync(server)).Text);
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("3600")]
    [InlineData(null)]
    [InlineData("soon")]
    public async Task A_model_that_is_busy_for_long_is_left_to_a_later_retry(string? retryAfter)
    {
        await using var server = await ModelServer.StartAsync(ModelAnswer.Error(429, "quota", retryAfter));
        var e = await Assert.ThrowsAsync<HttpRequestException>(() => DescribeAsync(server));
        Assert.Contains("429", e.Message);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_model_that_stays_busy_is_asked_twice_in_one_invocation()
    {
        await using var server = await ModelServer.StartAsync(ModelAnswer.Error(429, "quota", "0"), ModelAnswer.Error(429, "quota", "0"));
        await Assert.ThrowsAsync<HttpRequestException>(() => DescribeAsync(server));
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(404)]
    public async Task A_providers_error_is_thrown_and_never_a_caption(int status)
    {
        await using var server = await ModelServer.StartAsync(ModelAnswer.Error(status, "internal"));
        var e = await Assert.ThrowsAsync<HttpRequestException>(() => DescribeAsync(server));
        Assert.Contains(status.ToString(System.Globalization.CultureInfo.InvariantCulture), e.Message);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_refused_key_is_named_as_the_setting_it_is()
    {
        await using var server = await ModelServer.StartAsync(ModelAnswer.Error(401, "bad key"));
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => DescribeAsync(server));
        Assert.Contains("Captioning:ApiKey", e.Message);
    }

    [Fact]
    public async Task No_answer_in_time_is_a_timeout()
    {
        await using var server = await ModelServer.StartAsync(new ModelAnswer(200, "", Hangs: true));
        var e = await Assert.ThrowsAsync<TimeoutException>(() => DescribeAsync(server, timeout: TimeSpan.FromMilliseconds(300)));
        Assert.Contains("gemini-flash-latest", e.Message);
    }

    [Fact]
    public async Task An_empty_answer_is_asked_for_again_and_given_up_after_two()
    {
        await using var server = await ModelServer.StartAsync(ModelAnswer.Text(" \n"), ModelAnswer.Text("A tree."));
        Assert.Equal("A tree.", (await DescribeAsync(server)).Text);

        server.Add(ModelAnswer.Text(""));
        server.Add(ModelAnswer.Text("   "));
        var e = await Assert.ThrowsAsync<ImageFailureException>(() => DescribeAsync(server));
        Assert.Contains("empty", e.Message);
    }

    [Fact]
    public async Task A_blocked_answer_is_final()
    {
        await using var server = await ModelServer.StartAsync(ModelAnswer.Text("", finishReason: "content_filter"));
        var e = await Assert.ThrowsAsync<ImageFailureException>(() => DescribeAsync(server));
        Assert.Equal("The model declined to describe this picture.", e.Message);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("Response was blocked: SAFETY")]
    [InlineData("content_filter triggered")]
    public async Task A_blocked_prompt_is_final(string message)
    {
        await using var server = await ModelServer.StartAsync(ModelAnswer.Error(400, message));
        await Assert.ThrowsAsync<ImageFailureException>(() => DescribeAsync(server));
    }

    [Fact]
    public async Task A_very_long_answer_is_cut_at_a_word()
    {
        await using var server = await ModelServer.StartAsync(ModelAnswer.Text(string.Concat(Enumerable.Repeat("word ", 2000))));
        var caption = await DescribeAsync(server);
        Assert.True(caption.Text.Length <= 4000);
        Assert.EndsWith("word…", caption.Text);
    }

    [Theory]
    [InlineData("BaseUrl", "ftp://x/")]
    [InlineData("Model", "")]
    [InlineData("Timeout", "00:10:00")]
    [InlineData("MaxOutputTokens", "0")]
    public void A_setting_that_cannot_work_is_named_at_start(string name, string value)
    {
        var options = new CaptioningOptions();
        options = name switch
        {
            "BaseUrl" => options with { BaseUrl = new Uri(value) },
            "Model" => options with { Model = value },
            "Timeout" => options with { Timeout = TimeSpan.Parse(value, System.Globalization.CultureInfo.InvariantCulture) },
            _ => options with { MaxOutputTokens = int.Parse(value, System.Globalization.CultureInfo.InvariantCulture) },
        };
        Assert.Contains($"Captioning:{name}", Assert.Throws<ArgumentException>(options.Validated).Message);
    }

    private async Task<ImageApp.CaptionFunction.Caption> DescribeAsync(ModelServer server, byte[]? content = null, TimeSpan? timeout = null)
    {
        await File.WriteAllBytesAsync(_file, content ?? TestImages.Jpeg(60, 40), Cancel);
        var options = new CaptioningOptions { ApiKey = "key-1", BaseUrl = server.BaseUrl, Timeout = timeout ?? TimeSpan.FromSeconds(30) };
        using var client = CaptionerServices.CreateChatClient(options, loggers: null);
        var captioner = new ModelCaptioner(client, options, new ImageLimits(), NullLogger<ModelCaptioner>.Instance);
        return await captioner.DescribeAsync(new SourceImage("images/a.jpg", "etag", _file, ImageFormat.Jpeg), Cancel);
    }
}
