using ImageApp.Core;
using ImageApp.Tests.Application;
using ImageApp.Tests.Database;
using ImageApp.Tests.Functions;

namespace ImageApp.Tests.Captions;

/// <summary>The caption function as a process, against quotas, limits and settings that change.</summary>
public sealed class CaptionQuotaTests(DatabaseServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_days_quota_pauses_all_pictures_and_the_model_is_left_alone_until_it_is_back()
    {
        await using var model = await ModelServer.StartAsync((number, body) => ProviderBehaviours.Answer("day's quota", number, body));
        await using var pipeline = await StartAsync(model, "key-1");
        for (var i = 0; i < 3; i++)
        {
            await pipeline.PutAsync($"images/{i}.jpg", TestImages.Jpeg(60, 40 + i));
            Assert.Null((await pipeline.InvokeAsync($"images/{i}.jpg")).ErrorType);
            var image = (await pipeline.Catalogue.FindAsync($"images/{i}.jpg", Cancel))!;
            Assert.Equal(FailureCodes.QuotaPaused, image.CaptionErrorCode);
            Assert.Contains("quota of the day is used up", image.CaptionError);
        }

        Assert.Single(model.Requests);
        Assert.Contains("quota of the day", (await pipeline.Captioning.ReadAsync(Cancel)).Pause?.Reason);
    }

    [Fact]
    public async Task The_galleries_own_limit_of_a_day_is_kept_and_named_with_its_setting()
    {
        await using var model = await ModelServer.StartAsync((number, body) => ProviderBehaviours.Answer("whole", number, body));
        await using var pipeline = await StartAsync(model, "key-1", ("Captioning__MaxPerDay", "2"));
        for (var i = 0; i < 4; i++)
        {
            await pipeline.PutAsync($"images/{i}.jpg", TestImages.Jpeg(60, 40 + i));
            Assert.Null((await pipeline.InvokeAsync($"images/{i}.jpg")).ErrorType);
        }

        Assert.Equal(2, model.Requests.Count);
        Assert.NotNull((await pipeline.Catalogue.FindAsync("images/1.jpg", Cancel))!.Caption);
        Assert.Contains("(Captioning:MaxPerDay)", (await pipeline.Catalogue.FindAsync("images/3.jpg", Cancel))!.CaptionError);
        var status = await pipeline.Captioning.ReadAsync(Cancel);
        Assert.Equal((2, 2), (status.MaxPerDay, status.AskedToday));
        Assert.Equal(TimeSpan.Zero, status.Pause!.Until.UtcDateTime.TimeOfDay);
    }

    [Fact]
    public async Task What_the_provider_refuses_does_not_count_against_the_limit()
    {
        await using var model = await ModelServer.StartAsync(
            ModelAnswer.Error(503, "overloaded"), ModelAnswer.Error(503, "overloaded"), ModelAnswer.Text(ProviderBehaviours.Caption));
        await using var pipeline = await StartAsync(model, "key-1", ("Captioning__MaxPerDay", "1"));
        await pipeline.PutAsync("images/a.jpg", TestImages.Jpeg(60, 40));
        for (var i = 0; i < 3; i++)
        {
            await pipeline.InvokeAsync("images/a.jpg");
        }

        Assert.Equal(ProviderBehaviours.Caption, (await pipeline.Catalogue.FindAsync("images/a.jpg", Cancel))!.Caption);
        Assert.Equal(1, (await pipeline.Captioning.ReadAsync(Cancel)).AskedToday);
    }

    [Fact]
    public async Task A_function_that_starts_with_other_settings_wakes_what_the_old_ones_kept_without_a_caption()
    {
        await using var model = await ModelServer.StartAsync((number, body) => ProviderBehaviours.Answer("key refused", number, body));
        await using var pipeline = await StartAsync(model, "wrong");
        await pipeline.PutAsync("images/a.jpg", TestImages.Jpeg(60, 40));
        await pipeline.InvokeAsync("images/a.jpg");
        Assert.Equal(FailureCodes.KeyRefused, (await pipeline.Catalogue.FindAsync("images/a.jpg", Cancel))!.CaptionErrorCode);
        var before = await RetryAtAsync(pipeline);
        Assert.Null(before);

        // Nothing is sent to it: it says so when it starts.
        await using var mended = FunctionProcess.Start(
            "CaptionFunction",
            FunctionProcess.Built("ImageApp.CaptionFunction"),
            pipeline.Aws,
            [
                new("ConnectionStrings__imagedb", pipeline.Database.ConnectionString),
                new("AWS__Resources__BucketName", FunctionPipeline.Bucket),
                new("Captioning__ApiKey", "right"),
                new("Captioning__BaseUrl", model.BaseUrl.ToString()),
            ]
        );
        await Support.Eventually.HoldsAsync(async () => await RetryAtAsync(pipeline) is not null, "The pictures are not woken.");
    }

    [Fact]
    public async Task The_captions_language_and_its_shortening_are_stored_with_it()
    {
        const string provider = "cut in a sentence";
        await using var model = await ModelServer.StartAsync((number, body) => ProviderBehaviours.Answer(provider, number, body));
        await using var pipeline = await StartAsync(model, "key-1", ("Captioning__Language", "pt-br"));
        await pipeline.PutAsync("images/a.jpg", TestImages.Jpeg(60, 40));
        await pipeline.InvokeAsync("images/a.jpg");
        var image = (await pipeline.Catalogue.FindAsync("images/a.jpg", Cancel))!;
        Assert.Equal((ProviderBehaviours.Caption, "pt-BR", true), (image.Caption, image.CaptionLanguage, image.IsCaptionShortened));
    }

    private static async Task<object?> RetryAtAsync(FunctionPipeline pipeline)
    {
        await using var connection = await pipeline.Database.OpenConnectionAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT caption_retry_at FROM captions";
        return await command.ExecuteScalarAsync(Cancel) is { } value and not DBNull ? value : null;
    }

    private Task<FunctionPipeline> StartAsync(ModelServer model, string key, params (string Key, string Value)[] environment) =>
        FunctionPipeline.StartAsync(
            server,
            "CaptionFunction",
            FunctionProcess.Built("ImageApp.CaptionFunction"),
            [("Captioning__ApiKey", key), ("Captioning__BaseUrl", model.BaseUrl.ToString()), .. environment]
        );
}
