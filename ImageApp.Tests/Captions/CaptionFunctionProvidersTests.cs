using ImageApp.Tests.Application;
using ImageApp.Tests.Database;
using ImageApp.Tests.Functions;

namespace ImageApp.Tests.Captions;

/// <summary>
/// The caption function as a process, with providers as they really answer: as it is built, and from its zip, a NativeAOT program.
/// </summary>
public sealed class CaptionFunctionProvidersTests(DatabaseServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Providers_are_understood_and_every_failure_is_of_a_kind_that_is_meant(bool isNative)
    {
        var provider = "";
        await using var model = await ModelServer.StartAsync((number, body) => ProviderBehaviours.Answer(provider, number, body));
        using var sandbox = isNative ? new LambdaSandbox("CaptionFunction") : null;
        await using var pipeline = await FunctionPipeline.StartAsync(
            server,
            "CaptionFunction",
            sandbox?.Program ?? FunctionProcess.Built("ImageApp.CaptionFunction"),
            [
                .. sandbox?.Environment ?? [],
                ("Captioning__BaseUrl", model.BaseUrl.ToString()),
                ("Captioning__Model", "m-1"),
                ("Captioning__ReasoningEffort", "low"),
            ]);
        (string Provider, string Caption, string Reason)[] expected =
        [
            ("knows no reasoning_effort", ProviderBehaviours.Caption, ""),
            ("knows max_completion_tokens only", ProviderBehaviours.Caption, ""),
            ("knows max_tokens only", ProviderBehaviours.Caption, ""),
            ("cut at first", ProviderBehaviours.Caption, ""),
            ("cut in a sentence", ProviderBehaviours.Caption, ""),
            ("thoughts in the text", ProviderBehaviours.Caption, ""),
            ("thoughts as parts", ProviderBehaviours.Caption, ""),
            ("markdown", "Two herons stand in shallow water. Mist, reeds.", ""),
            ("finish eos", ProviderBehaviours.Caption, ""),
            ("finish null", ProviderBehaviours.Caption, ""),
            ("strange members", ProviderBehaviours.Caption, ""),
            ("events", ProviderBehaviours.Caption, ""),
            ("thoughts only, null", "", "raise Captioning:MaxOutputTokens"),
            ("refusal", "", "declined to describe"),
            ("content_filter: PROHIBITED_CONTENT", "", "declined to describe"),
            ("unknown model", "", "knows no model m-1: correct Captioning:Model."),
            ("text only", "", "takes no pictures: set Captioning:Model"),
            ("key refused", "", "wants a key: set Captioning:ApiKey."),
            ("a page", "", "correct it"),
            ("error in 200", "", "502"),
            ("choices null", "", "without choices"),
            ("choices empty", "", "without choices"),
            ("broken JSON", "", "broke off"),
            ("overloaded", "", "503"),
            ("minute's quota", "", "takes no more requests for now"),
            ("day's quota", "", "quota of the day is used up"),
        ];
        foreach (var (name, caption, reason) in expected)
        {
            provider = name;
            var key = $"images/{name.Replace(' ', '-')}.jpg";
            await pipeline.PutAsync(key, TestImages.Jpeg(60, 40));
            var (error, answer) = await pipeline.InvokeAsync(key);
            var image = (await pipeline.Catalogue.FindAsync(key, Cancel))!;
            Assert.Equal((name, caption), (name, image.Caption ?? ""));
            Assert.True((image.CaptionError is null) == (reason.Length == 0), $"{name}: {image.CaptionError}");
            Assert.Contains(reason, image.CaptionError ?? "");
            Assert.True(error is null, $"{name}: {answer}");
            await pipeline.EndPauseAsync();
        }

        Assert.All(model.Requests, request => Assert.Null(request.Authorization));
        Assert.Contains("The provider of m-1 answered 502: Provider returned error", pipeline.Log);
    }
}
