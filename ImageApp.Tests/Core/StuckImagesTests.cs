using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Tests.Database;
using MySqlConnector;

namespace ImageApp.Tests.Core;

/// <summary>What the reconciler sends round again, and what it leaves to wait. Time passes by moving the rows' times back.</summary>
public sealed class StuckImagesTests(DatabaseServer server)
{
    private static readonly StuckRules Rules = new()
    {
        Quiet = TimeSpan.FromMinutes(10),
        EventAge = TimeSpan.FromHours(6),
        Pause = TimeSpan.FromMinutes(30),
        MaxAttempts = 5,
        Probes = 3,
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_hundred_slow_captions_are_waited_for_and_not_sent_round_again()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        for (var i = 0; i < 200; i++)
        {
            await ThumbnailAsync(catalogue, $"images/{i:000}.jpg");
        }

        // One every 90 seconds: five hours.
        for (var i = 0; i < 200; i++)
        {
            await StartAsync(catalogue, $"images/{i:000}.jpg", "caption");
            await PassAsync(database, TimeSpan.FromSeconds(90));
            if (i % 10 == 0)
            {
                Assert.Empty(await StuckAsync(catalogue));
            }

            Assert.True(await catalogue.Results.SaveCaptionAsync($"images/{i:000}.jpg", "e", new CaptionResult("c", "m"), Cancel));
        }

        await PassAsync(database, TimeSpan.FromHours(1));
        Assert.Empty(await StuckAsync(catalogue));
    }

    [Fact]
    public async Task An_image_whose_step_failed_counts_as_an_attempt_until_there_were_enough()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var id = await ThumbnailAsync(catalogue, "images/a.jpg");
        for (var attempt = 0; attempt < Rules.MaxAttempts; attempt++)
        {
            await StartAsync(catalogue, "images/a.jpg", "caption");
            Assert.Empty(await StuckAsync(catalogue));
            await PassAsync(database, TimeSpan.FromMinutes(11));
            Assert.True(Assert.Single(await StuckAsync(catalogue)).IsFailure);
            await catalogue.Upkeep.MarkSentAsync(id, isFailure: true, Cancel);
            Assert.Empty(await StuckAsync(catalogue));
        }

        await StartAsync(catalogue, "images/a.jpg", "caption");
        await PassAsync(database, TimeSpan.FromMinutes(11));
        Assert.Empty(await StuckAsync(catalogue));
        Assert.Equal(0, (await catalogue.Gallery.ClearResultsAsync(id, Cancel))!.Attempts);
    }

    [Fact]
    public async Task While_a_function_takes_up_nothing_a_few_images_are_tried_and_the_rest_follows_when_it_does()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        for (var i = 0; i < 20; i++)
        {
            await ThumbnailAsync(catalogue, $"images/{i:00}.jpg");
        }

        await PassAsync(database, TimeSpan.FromMinutes(11));
        var probes = await StuckAsync(catalogue);
        Assert.Equal(["images/00.jpg", "images/01.jpg", "images/02.jpg"], probes.Select(probe => probe.Image.Key));
        Assert.All(probes, probe => Assert.False(probe.IsFailure));
        foreach (var probe in probes)
        {
            await catalogue.Upkeep.MarkSentAsync(probe.Image.Id, probe.IsFailure, Cancel);
            await StartAsync(catalogue, probe.Image.Key, "caption");
            await catalogue.Results.SaveCaptionAsync(probe.Image.Key, "e", new CaptionResult("c", "m"), Cancel);
        }

        Assert.Equal(17, (await StuckAsync(catalogue)).Count);
    }

    [Fact]
    public async Task An_event_that_others_overtook_is_lost_and_one_that_is_older_than_events_live_is_too()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        await ThumbnailAsync(catalogue, "images/lost.jpg");
        await PassAsync(database, TimeSpan.FromMinutes(15));
        await ThumbnailAsync(catalogue, "images/later.jpg");
        await StartAsync(catalogue, "images/later.jpg", "caption");
        await catalogue.Results.SaveCaptionAsync("images/later.jpg", "e", new CaptionResult("c", "m"), Cancel);
        Assert.Equal(
            ("images/lost.jpg", true),
            Assert.Single(await StuckAsync(catalogue)) is var (image, isFailure) ? (image.Key, isFailure) : default
        );

        await ThumbnailAsync(catalogue, "images/old.jpg");
        await PassAsync(database, TimeSpan.FromHours(7));
        Assert.Equal(
            ["images/lost.jpg", "images/old.jpg"],
            (await StuckAsync(catalogue)).Select(stuck => stuck.Image.Key).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task A_reason_that_passes_is_waited_for_as_long_as_it_says_and_counts_as_no_attempt()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var quota = new FailureReason(FailureCodes.QuotaPaused, "Later.");
        foreach (
            var (key, retryAt) in new (string, DateTimeOffset?)[]
            {
                ("images/day.jpg", DateTimeOffset.UtcNow.AddHours(5)),
                ("images/unknown.jpg", null),
            }
        )
        {
            await ThumbnailAsync(catalogue, key);
            await StartAsync(catalogue, key, "caption");
            await catalogue.Results.SaveCaptionFailureAsync(key, "e", quota with { RetryAt = retryAt }, Cancel);
        }

        await catalogue.Results.SaveThumbnailFailureAsync("images/day.jpg", "e", FailureReason.NotAnImage, Cancel);
        await PassAsync(database, TimeSpan.FromMinutes(20));
        Assert.Empty(await StuckAsync(catalogue));
        await PassAsync(database, TimeSpan.FromMinutes(20));
        Assert.Equal(
            ("images/unknown.jpg", false),
            Assert.Single(await StuckAsync(catalogue)) is var (image, isFailure) ? (image.Key, isFailure) : default
        );
        await PassAsync(database, TimeSpan.FromHours(5));
        Assert.Equal(
            ["images/day.jpg", "images/unknown.jpg"],
            (await StuckAsync(catalogue)).Select(stuck => stuck.Image.Key).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task A_picture_that_has_its_thumbnail_and_still_waits_for_renditions_is_sent_round_again_until_it_has_them()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        await StartAsync(catalogue, "images/a.jpg", "thumbnail");
        await StartAsync(catalogue, "images/a.jpg", "caption");
        await catalogue.Results.SaveCaptionAsync("images/a.jpg", "e", new CaptionResult("c", "m"), Cancel);
        var result = new ThumbnailResult("t", 1000, 500) { AreRenditionsPending = true };
        await catalogue.Results.SaveThumbnailAsync("images/a.jpg", "e", result, Cancel);
        Assert.Empty(await StuckAsync(catalogue));

        await PassAsync(database, TimeSpan.FromMinutes(11));
        Assert.True(Assert.Single(await StuckAsync(catalogue)).IsFailure);

        Assert.True(await catalogue.Results.SaveRenditionsAsync("images/a.jpg", "e", result with { RenditionSides = [400] }, Cancel));
        Assert.Empty(await StuckAsync(catalogue));
    }

    [Fact]
    public async Task An_object_that_never_came_is_expected_until_it_did()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var id = await catalogue.Uploads.AddAsync(new NewImage("images/a.jpg", "a.jpg", "image/jpeg", 1), Cancel);
        Assert.Empty(await catalogue.Upkeep.ListExpectedAsync(Rules.Quiet, 10, Cancel));
        await PassAsync(database, TimeSpan.FromMinutes(11));
        Assert.Equal(id, Assert.Single(await catalogue.Upkeep.ListExpectedAsync(Rules.Quiet, 10, Cancel)).Id);
        Assert.Empty(await StuckAsync(catalogue));
    }

    private static async Task<long> ThumbnailAsync(CatalogueByAudience catalogue, string key)
    {
        var id = await StartAsync(catalogue, key, "thumbnail");
        await catalogue.Results.SaveThumbnailAsync(key, "e", new ThumbnailResult("t" + key, 1, 1), Cancel);
        return id;
    }

    private static async Task<long> StartAsync(CatalogueByAudience catalogue, string key, string step) =>
        (await catalogue.Results.ObserveAsync(new ObservedObject(key, "e", 1, "image/jpeg", key) { Step = step }, Cancel)).Id;

    private static async Task<List<StuckImage>> StuckAsync(CatalogueByAudience catalogue) =>
        [
            .. await catalogue.Upkeep.ListStuckAsync("thumbnail", Rules, 100, Cancel),
            .. await catalogue.Upkeep.ListStuckAsync("caption", Rules, 100, Cancel),
        ];

    private static async Task PassAsync(MySqlDataSource database, TimeSpan time)
    {
        string[] times =
        [
            "uploaded_at",
            "sent_at",
            "caption_started_at",
            "thumbnail_started_at",
            "caption_generated_at",
            "caption_retry_at",
            "updated_at",
        ];
        await using var connection = await database.OpenConnectionAsync(Cancel);
        await using var pass = new MySqlCommand(
            $"UPDATE captions SET {string.Join(", ", times.Select(column => $"{column} = {column} - INTERVAL {(int)time.TotalSeconds} SECOND"))}",
            connection
        );
        await pass.ExecuteNonQueryAsync(Cancel);
    }
}
