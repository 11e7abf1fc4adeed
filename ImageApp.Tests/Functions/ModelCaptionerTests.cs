using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ImageApp.CaptionFunction;
using ImageApp.Core;
using ImageApp.Core.Formats;
using ImageApp.FunctionDefaults;
using ImageApp.Tests.Application;
using ImageApp.Tests.Captions;
using Microsoft.Extensions.AI;
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
        Assert.Equal("A dog. On a beach.", caption.Text);
        Assert.Equal("vision-1", caption.Model);
        Assert.False(caption.IsShortened);

        var (authorization, body) = Assert.Single(server.Requests);
        Assert.Equal("Bearer key-1", authorization);
        Assert.Equal("gemini-flash-latest", (string?)body["model"]);
        Assert.False((bool)body["stream"]!);
        Assert.Equal(4096, (int)body["max_tokens"]!);
        var content = body["messages"]![0]!["content"]!.AsArray();
        Assert.Contains("focusing on the main subjects, setting, and notable features", (string?)content[0]!["text"]);
        var url = (string)content[1]!["image_url"]!["url"]!;
        Assert.StartsWith("data:image/jpeg;base64,", url);
        using var sent = Image.NewFromBuffer(Convert.FromBase64String(url["data:image/jpeg;base64,".Length..]));
        Assert.Equal((1536, 512), (sent.Width, sent.Height));
        Assert.DoesNotContain(sent.GetFields(), field => field.StartsWith("exif", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("whole", 1)]
    [InlineData("cut at first", 2)]
    [InlineData("cut but called complete", 2)]
    [InlineData("thoughts in the text", 1)]
    [InlineData("thoughts without their opening tag", 1)]
    [InlineData("thoughts apart", 1)]
    [InlineData("thoughts as parts", 1)]
    [InlineData("finish eos", 1)]
    [InlineData("finish null", 1)]
    [InlineData("finish a number", 1)]
    [InlineData("bare", 1)]
    [InlineData("strange members", 1)]
    [InlineData("events", 1)]
    [InlineData("busy at first", 2)]
    [InlineData("knows max_tokens only", 1)]
    [InlineData("knows max_completion_tokens only", 2)]
    [InlineData("knows no limit", 3)]
    [InlineData("small context", 2)]
    [InlineData("small limit", 2)]
    [InlineData("few credits", 2)]
    public async Task A_provider_is_understood(string provider, int requests)
    {
        await using var server = await ModelServer.StartAsync((number, body) => ProviderBehaviours.Answer(provider, number, body));
        var caption = await DescribeAsync(server);
        Assert.Equal((ProviderBehaviours.Caption, false), (caption.Text, caption.IsShortened));
        Assert.Equal(requests, server.Requests.Count);
    }

    [Theory]
    [InlineData("cut in a sentence", ProviderBehaviours.Caption)]
    [InlineData("cut in the only sentence", "Two herons stand in shallow water at dawn…")]
    public async Task An_answer_that_does_not_fit_twice_is_shortened_and_marked_so(string provider, string expected)
    {
        await using var server = await ModelServer.StartAsync((number, body) => ProviderBehaviours.Answer(provider, number, body));
        var caption = await DescribeAsync(server);
        Assert.Equal((expected, true), (caption.Text, caption.IsShortened));
        Assert.Equal([4096, 16384], server.Requests.Select(request => (int)request.Body["max_tokens"]!));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task An_answer_in_hand_is_kept_where_more_room_cannot_be_had(int status)
    {
        await using var server = await ModelServer.StartAsync(
            ModelAnswer.Text("A hut. Behind it a tr", "length"), ModelAnswer.Error(status, "no"));
        var caption = await DescribeAsync(server);
        Assert.Equal(("A hut.", true), (caption.Text, caption.IsShortened));
    }

    [Theory]
    [InlineData("markdown", "Two herons stand in shallow water. Mist, reeds.")]
    public async Task Only_the_description_is_taken(string provider, string expected)
    {
        await using var server = await ModelServer.StartAsync((number, body) => ProviderBehaviours.Answer(provider, number, body));
        Assert.Equal(expected, (await DescribeAsync(server)).Text);
    }

    [Theory]
    [InlineData("refusal")]
    [InlineData("refusal in the text")]
    [InlineData("content_filter")]
    [InlineData("content_filter: PROHIBITED_CONTENT")]
    [InlineData("SAFETY")]
    [InlineData("blocked prompt")]
    public async Task A_refusal_is_final(string provider)
    {
        var failure = await FailureAsync<ModelDeclinedException>(provider, requests: 1);
        Assert.Equal("The model declined to describe this picture.", failure.Message);
    }

    [Theory]
    [InlineData("thoughts only")]
    [InlineData("thoughts only, null")]
    public async Task An_answer_of_thoughts_alone_names_the_setting_that_gives_room(string provider)
    {
        var failure = await FailureAsync<ModelAnswerException>(provider, requests: 2);
        Assert.Equal("answer-too-long", failure.Code);
        Assert.Equal("The model's answer did not fit into 16384 tokens: raise Captioning:MaxOutputTokens.", failure.Message);
    }

    [Theory]
    [InlineData("error in 200", "502")]
    [InlineData("error in the choice", "503")]
    [InlineData("error as a text", "502")]
    [InlineData("choices null", "without choices")]
    [InlineData("choices empty", "without choices")]
    [InlineData("no body", "broke off")]
    [InlineData("broken JSON", "broke off")]
    [InlineData("broken connection", "")]
    [InlineData("a gateway's page", "502")]
    [InlineData("overloaded", "503")]
    public async Task A_providers_trouble_passes_and_is_never_a_caption(string provider, string expected) =>
        Assert.Contains(expected, (await FailureAsync<ModelUnavailableException>(provider, requests: 1)).Message);

    [Theory]
    [InlineData("unknown model", "model-unknown", "Captioning:Model")]
    [InlineData("text only", "model-text-only", "Captioning:Model")]
    [InlineData("blind", "model-text-only", "Captioning:Model")]
    [InlineData("key refused", "key-refused", "Captioning:ApiKey")]
    [InlineData("a page", "provider-unknown", "Captioning:BaseUrl")]
    [InlineData("redirect", "provider-unknown", "Captioning:BaseUrl")]
    public async Task A_wrong_setting_is_named(string provider, string code, string setting)
    {
        var failure = await FailureAsync<ModelSettingException>(provider, requests: 1);
        Assert.Equal((code, setting), (failure.Code, failure.Setting));
        Assert.Contains(setting, failure.Message);
    }

    [Fact]
    public async Task A_wait_that_is_too_long_for_an_invocation_is_handed_on()
    {
        var before = DateTimeOffset.UtcNow;
        var failure = await FailureAsync<ModelQuotaException>("minute's quota", requests: 1);
        Assert.Equal(QuotaKind.Rate, failure.Kind);
        Assert.InRange(failure.RetryAt, before.AddSeconds(52.4), DateTimeOffset.UtcNow.AddSeconds(52.5));
    }

    [Theory]
    [InlineData("day's quota", 8)]
    [InlineData("quota in 200", 0)]
    public async Task A_days_quota_is_known_and_ends_with_the_providers_day(string provider, int hour)
    {
        var failure = await FailureAsync<ModelQuotaException>(provider, requests: 1);
        Assert.Equal(QuotaKind.Day, failure.Kind);
        Assert.Equal(TimeSpan.FromHours(hour), failure.RetryAt.UtcDateTime.TimeOfDay);
        Assert.InRange(failure.RetryAt, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
    }

    [Theory]
    [InlineData("3600")]
    [InlineData(null)]
    [InlineData("soon")]
    public async Task A_model_that_is_busy_for_long_is_left_to_a_later_retry(string? retryAfter)
    {
        await using var server = await ModelServer.StartAsync(ModelAnswer.Error(429, "quota", retryAfter));
        await Assert.ThrowsAsync<ModelQuotaException>(() => DescribeAsync(server));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_model_that_stays_busy_is_asked_twice_in_one_invocation(int status)
    {
        var busy = ModelAnswer.Error(status, "busy", "0");
        await using var server = await ModelServer.StartAsync(busy, busy);
        await Assert.ThrowsAnyAsync<ModelFailureException>(() => DescribeAsync(server));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task No_answer_in_time_names_the_model_and_the_setting()
    {
        await using var server = await ModelServer.StartAsync(new ModelAnswer(200, "", Hangs: true));
        var options = new CaptioningOptions { Timeout = TimeSpan.FromMilliseconds(300) };
        var e = await Assert.ThrowsAsync<ModelUnavailableException>(() => DescribeAsync(server, options: options));
        Assert.Equal("The model gemini-flash-latest gave no answer within 0.3 seconds (Captioning:Timeout).", e.Message);
    }

    [Fact]
    public async Task The_end_of_the_invocation_is_no_failure_of_the_model()
    {
        await using var server = await ModelServer.StartAsync(new ModelAnswer(200, "", Hangs: true));
        using var deadline = new CancellationTokenSource();
        var options = Options(server);
        using var client = CaptionerServices.CreateChatClient(options, TimeProvider.System, NullLoggerFactory.Instance);
        var asked = DescribeAsync(client, options, TestImages.Jpeg(60, 40), deadline.Token);
        while (server.Requests.IsEmpty)
        {
            await Task.Delay(20, Cancel);
        }

        await deadline.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Fact]
    public async Task An_empty_answer_is_asked_for_again_and_given_up_after_two()
    {
        await using var server = await ModelServer.StartAsync(ModelAnswer.Text(" \n"), ModelAnswer.Text("A tree."));
        Assert.Equal("A tree.", (await DescribeAsync(server)).Text);

        server.Add(ModelAnswer.Text(""));
        server.Add(ModelAnswer.Text("   "));
        var e = await Assert.ThrowsAsync<ModelAnswerException>(() => DescribeAsync(server));
        Assert.Equal(("empty-answer", "The model gave an empty answer, twice."), (e.Code, e.Message));
    }

    [Fact]
    public async Task A_very_long_answer_is_cut_at_a_word_and_marked_so()
    {
        await using var server = await ModelServer.StartAsync(ModelAnswer.Text(string.Concat(Enumerable.Repeat("word ", 2000))));
        var caption = await DescribeAsync(server);
        Assert.True(caption.Text.Length <= 4000);
        Assert.EndsWith("word…", caption.Text);
        Assert.True(caption.IsShortened);
    }

    [Fact]
    public async Task A_picture_that_is_too_large_for_the_provider_is_sent_smaller()
    {
        await using var server = await ModelServer.StartAsync((number, body) => ProviderBehaviours.Answer("small body", number, body));
        Assert.Equal(ProviderBehaviours.Caption, (await DescribeAsync(server, Noise(1600, 1200))).Text);
        Assert.Equal(2, server.Requests.Count);

        server.Requests.Clear();
        await using var small = await ModelServer.StartAsync((_, _) => new ModelAnswer(413, "no"));
        var e = await Assert.ThrowsAsync<ModelPictureException>(() => DescribeAsync(small));
        Assert.Equal("picture-refused", e.Code);
        Assert.Equal(2, small.Requests.Count);
    }

    [Theory]
    [InlineData("knows max_completion_tokens only")]
    [InlineData("small context")]
    [InlineData("knows no limit")]
    public async Task A_dialect_is_learned_once(string provider)
    {
        await using var server = await ModelServer.StartAsync((number, body) => ProviderBehaviours.Answer(provider, number, body));
        var options = Options(server);
        using var client = CaptionerServices.CreateChatClient(options, TimeProvider.System, NullLoggerFactory.Instance);
        await DescribeAsync(client, options, TestImages.Jpeg(60, 40), Cancel);
        var learned = server.Requests.Count;
        await DescribeAsync(client, options, TestImages.Jpeg(60, 40), Cancel);
        Assert.Equal(learned + 1, server.Requests.Count);
    }

    [Theory]
    [InlineData("knows no reasoning_effort")]
    [InlineData("does not think")]
    public async Task Little_thinking_is_asked_for_until_the_provider_objects(string provider)
    {
        await using var server = await ModelServer.StartAsync((number, body) => ProviderBehaviours.Answer(provider, number, body));
        Assert.Equal(ProviderBehaviours.Caption, (await DescribeAsync(server, options: new() { ReasoningEffort = "minimal" })).Text);
        Assert.Equal(["minimal", null], server.Requests.Select(request => (string?)request.Body["reasoning_effort"]));
    }

    [Fact]
    public async Task Without_a_key_none_is_sent_and_a_bare_address_is_found()
    {
        await using var server = await ModelServer.StartAsync((number, body) => ProviderBehaviours.Answer("whole", number, body));
        foreach (var path in new[] { "/", "/v1", "/v1/chat/completions" })
        {
            var options = new CaptioningOptions { ApiKey = " ", BaseUrl = new Uri(server.BaseUrl, path), Model = "m-1" };
            var caption = await DescribeAsync(server, options: options);
            Assert.Equal(ProviderBehaviours.Caption, caption.Text);
        }

        Assert.Equal(3, server.Requests.Count);
        Assert.All(server.Requests, request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task A_server_that_does_not_listen_passes_and_one_without_TLS_is_a_wrong_address()
    {
        using var port = new TcpListener(IPAddress.Loopback, 0);
        port.Start();
        var free = ((IPEndPoint)port.LocalEndpoint).Port;
        port.Stop();
        await using var server = await ModelServer.StartAsync();
        var url = new UriBuilder(server.BaseUrl) { Port = free }.Uri;
        var e = await Assert.ThrowsAsync<ModelUnavailableException>(() => DescribeAsync(server, options: new() { BaseUrl = url }));
        Assert.Contains("Captioning:BaseUrl", e.Message);

        var secure = new UriBuilder(server.BaseUrl) { Scheme = "https" }.Uri;
        var tls = await Assert.ThrowsAsync<ModelSettingException>(() => DescribeAsync(server, options: new() { BaseUrl = secure }));
        Assert.Equal("Captioning:BaseUrl", tls.Setting);
    }

    [Fact]
    public async Task An_ask_is_a_span_with_model_and_tokens()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Experimental.Microsoft.Extensions.AI",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var server = await ModelServer.StartAsync(ModelAnswer.Text("A tree."));
        await DescribeAsync(server, options: new() { Model = "spanned-1" });
        var span = Assert.Single(spans, span => (string?)span.GetTagItem("gen_ai.request.model") == "spanned-1");
        Assert.Equal("vision-1", span.GetTagItem("gen_ai.response.model"));
        Assert.Equal("5", string.Create(CultureInfo.InvariantCulture, $"{span.GetTagItem("gen_ai.usage.input_tokens")}"));
        Assert.Equal("7", string.Create(CultureInfo.InvariantCulture, $"{span.GetTagItem("gen_ai.usage.output_tokens")}"));
    }

    [Fact]
    public async Task The_language_is_asked_for_and_noted()
    {
        await using var server = await ModelServer.StartAsync(ModelAnswer.Text("Zwei Reiher im Wasser."));
        Assert.Equal("de", (await DescribeAsync(server, options: new() { Language = "de" })).Language);
        Assert.EndsWith("Write in German (de).", (string?)Assert.Single(server.Requests).Body["messages"]![0]!["content"]![0]!["text"]);
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
            "Timeout" => options with { Timeout = TimeSpan.Parse(value, CultureInfo.InvariantCulture) },
            _ => options with { MaxOutputTokens = int.Parse(value, CultureInfo.InvariantCulture) },
        };
        Assert.Contains($"Captioning:{name}", Assert.Throws<ArgumentException>(options.Validated).Message);
    }

    private static byte[] Noise(int width, int height)
    {
        using var image = Image.Gaussnoise(width, height, sigma: 60).Cast(Enums.BandFormat.Uchar);
        return image.JpegsaveBuffer(q: 95);
    }

    private static CaptioningOptions Options(ModelServer server) =>
        new() { ApiKey = "key-1", BaseUrl = server.BaseUrl, Timeout = TimeSpan.FromSeconds(60) };

    private async Task<TFailure> FailureAsync<TFailure>(string provider, int requests)
        where TFailure : ModelFailureException
    {
        await using var server = await ModelServer.StartAsync((number, body) => ProviderBehaviours.Answer(provider, number, body));
        var failure = await Assert.ThrowsAsync<TFailure>(() => DescribeAsync(server));
        Assert.Equal(requests, server.Requests.Count);
        return failure;
    }

    private async Task<ImageApp.Core.Catalogue.CaptionResult> DescribeAsync(
        ModelServer server, byte[]? content = null, CaptioningOptions? options = null)
    {
        var all = Options(server);
        if (options is not null)
        {
            all = options with
            {
                ApiKey = options.ApiKey ?? all.ApiKey,
                BaseUrl = options.IsDefaultBaseUrl ? all.BaseUrl : options.BaseUrl,
            };
        }

        using var client = CaptionerServices.CreateChatClient(all, TimeProvider.System, NullLoggerFactory.Instance);
        return await DescribeAsync(client, all, content ?? TestImages.Jpeg(60, 40), Cancel);
    }

    private async Task<ImageApp.Core.Catalogue.CaptionResult> DescribeAsync(
        IChatClient client, CaptioningOptions options, byte[] content, CancellationToken cancellationToken)
    {
        await File.WriteAllBytesAsync(_file, content, cancellationToken);
        var captioner = new ModelCaptioner(client, options, new ImageLimits(), TimeProvider.System, NullLogger<ModelCaptioner>.Instance);
        return await captioner.DescribeAsync(new SourceImage("images/a.jpg", "etag", _file, ImageFormat.Jpeg), cancellationToken);
    }
}
