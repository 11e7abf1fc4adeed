using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Tests.Core;
using ImageApp.Tests.Database;
using MySqlConnector;

namespace ImageApp.Tests.Captions;

/// <summary>What all instances know of captions as a whole, on a real server.</summary>
public sealed class CaptioningStateTests(DatabaseServer server) : IAsyncLifetime
{
    private static readonly StuckRules Rules = new()
    {
        Quiet = TimeSpan.Zero,
        EventAge = TimeSpan.FromHours(6),
        Pause = TimeSpan.FromMinutes(30),
        MaxAttempts = 5,
        Probes = 3,
    };

    private MySqlDataSource _database = null!;
    private CatalogueByAudience _catalogue = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private CaptioningState State => _catalogue.Captioning;

    public async ValueTask InitializeAsync()
    {
        _database = await server.CreateCatalogueAsync();
        _catalogue = new CatalogueByAudience(_database);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Pictures_that_a_wrong_key_kept_without_a_caption_are_asked_again_once_it_is_mended()
    {
        Assert.True(await State.AnnounceAsync(Settings(1, "m"), Cancel));
        for (var i = 0; i < 12; i++)
        {
            await FailAsync($"images/{i:00}.jpg", new FailureReason(FailureCodes.KeyRefused, "The key is refused."));
        }

        await FailAsync("images/no.jpg", FailureReason.Declined);
        Assert.False(await State.AnnounceAsync(Settings(1, "m"), Cancel));
        Assert.Empty(await StuckAsync(100));

        Assert.True(await State.AnnounceAsync(Settings(2, "m"), Cancel));
        Assert.Equal(12, (await StuckAsync(100)).Count);
        Assert.Equal(["images/00.jpg", "images/01.jpg", "images/02.jpg"], (await StuckAsync(3)).Select(image => image.Image.Key));
        Assert.All(await StuckAsync(100), image => Assert.False(image.IsFailure));
    }

    [Fact]
    public async Task A_pause_holds_for_all_until_its_end_or_until_the_settings_change()
    {
        await State.AnnounceAsync(Settings(1, "m"), Cancel);
        Assert.Null(await State.FindPauseAsync(Cancel));
        var until = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.AddHours(3).ToUnixTimeMilliseconds());
        await State.PauseAsync(new CaptionPause(until, "The day's quota is used up."), Cancel);
        await State.PauseAsync(new CaptionPause(until.AddHours(-1), "A shorter one."), Cancel);
        Assert.Equal(new CaptionPause(until, "The day's quota is used up."), await State.FindPauseAsync(Cancel));
        Assert.Equal(until, (await State.ReadAsync(Cancel)).Pause?.Until);

        await State.AnnounceAsync(Settings(1, "m"), Cancel);
        Assert.NotNull(await State.FindPauseAsync(Cancel));
        await State.AnnounceAsync(Settings(2, "m"), Cancel);
        Assert.Null(await State.FindPauseAsync(Cancel));
        await State.PauseAsync(new CaptionPause(DateTimeOffset.UtcNow.AddSeconds(-1), "Over."), Cancel);
        Assert.Null(await State.FindPauseAsync(Cancel));
    }

    [Fact]
    public async Task Questions_are_counted_over_all_instances_and_never_beyond_the_limit()
    {
        var asked = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => State.TryCountAskAsync(7, Cancel)));
        Assert.Equal(7, asked.Count(isAsked => isAsked));
        await State.UncountAskAsync(Cancel);
        Assert.True(await State.TryCountAskAsync(7, Cancel));
        Assert.False(await State.TryCountAskAsync(7, Cancel));
        Assert.Equal(7, (await State.ReadAsync(Cancel)).AskedToday);

        await ExecuteAsync("UPDATE captioning SET asked_on = asked_on - INTERVAL 1 DAY");
        Assert.Equal(0, (await State.ReadAsync(Cancel)).AskedToday);
        Assert.True(await State.TryCountAskAsync(1, Cancel));
        Assert.False(await State.TryCountAskAsync(1, Cancel));
    }

    [Fact]
    public async Task Captions_of_other_models_and_of_none_are_written_again_and_those_of_people_and_of_this_model_are_not()
    {
        await CaptionAsync("images/offline.jpg", CaptioningState.OfflineModel);
        await CaptionAsync("images/old.jpg", "older-model");
        await CaptionAsync("images/new.jpg", "model-2026-11");
        var person = await CaptionAsync("images/person.jpg", CaptioningState.OfflineModel);
        await _catalogue.Gallery.EditCaptionAsync(person, "Mine.", null, Cancel);
        Assert.Equal(0, await State.DescribeAllAgainAsync(Cancel));

        await State.AnnounceAsync(Settings(1, "model-latest"), Cancel);
        await State.NoteAnswerAsync("model-2026-11", Cancel);
        var status = await State.ReadAsync(Cancel);
        Assert.Equal((2, 1), (status.ByOthers, status.Offline));
        Assert.Equal(2, await State.DescribeAllAgainAsync(Cancel));

        var again = await _catalogue.Upkeep.ListToDescribeAgainAsync(Rules with { Resumed = 100 }, Cancel);
        Assert.Equal(["images/offline.jpg", "images/old.jpg"], again.Select(image => image.Key));
        Assert.All(again, image => Assert.Equal((false, "Old words."), (image.IsCaptionDone, image.Caption)));

        // One is sent, and is not sent again while its event is under way.
        await _catalogue.Upkeep.MarkSentAsync(again[0].Id, isFailure: false, Cancel);
        Assert.Single(await _catalogue.Upkeep.ListToDescribeAgainAsync(Rules with { Resumed = 100 }, Cancel));
        var result = new CaptionResult("New words.", "model-2026-11", "de", IsShortened: true);
        await _catalogue.Results.SaveCaptionAsync("images/offline.jpg", "e", result, Cancel);
        await _catalogue.Results.SaveCaptionFailureAsync("images/old.jpg", "e", FailureReason.Declined, Cancel);
        status = await State.ReadAsync(Cancel);
        Assert.Equal((2, 0), (status.AgainTotal, status.AgainLeft));
        var described = (await _catalogue.Results.FindAsync("images/offline.jpg", Cancel))!;
        Assert.Equal(("New words.", "de", true, true),
            (described.Caption, described.CaptionLanguage, described.IsCaptionShortened, described.IsCaptionDone));

        // What the model declines keeps the words that it has.
        var declined = (await _catalogue.Results.FindAsync("images/old.jpg", Cancel))!;
        Assert.Equal(("Old words.", null, true), (declined.Caption, declined.CaptionError, declined.IsCaptionDone));
    }

    [Fact]
    public async Task A_quota_in_the_middle_of_describing_again_keeps_the_old_words_and_the_wish()
    {
        await CaptionAsync("images/a.jpg", CaptioningState.OfflineModel);
        await State.AnnounceAsync(Settings(1, "m"), Cancel);
        await State.DescribeAllAgainAsync(Cancel);
        var quota = new FailureReason(FailureCodes.QuotaPaused, "Later.") { RetryAt = DateTimeOffset.UtcNow.AddHours(1) };
        await _catalogue.Results.SaveCaptionFailureAsync("images/a.jpg", "e", quota, Cancel);
        var image = (await _catalogue.Results.FindAsync("images/a.jpg", Cancel))!;
        Assert.Equal(("Old words.", null, true), (image.Caption, image.CaptionError, image.IsCaptionWantedAgain));
        Assert.Empty(await _catalogue.Upkeep.ListToDescribeAgainAsync(Rules with { Resumed = 100 }, Cancel));
        await ExecuteAsync("UPDATE captions SET caption_retry_at = caption_retry_at - INTERVAL 2 HOUR");
        Assert.Single(await _catalogue.Upkeep.ListToDescribeAgainAsync(Rules with { Resumed = 100 }, Cancel));
        await State.LeaveAsTheyAreAsync(Cancel);
        Assert.Empty(await _catalogue.Upkeep.ListToDescribeAgainAsync(Rules with { Resumed = 100 }, Cancel));
    }

    [Fact]
    public async Task A_provider_that_is_away_is_asked_after_waits_that_grow_and_is_never_given_up()
    {
        var id = await FailAsync("images/a.jpg", new FailureReason(FailureCodes.ProviderAway, "503"));
        var waits = new List<double>();
        for (var attempt = 0; attempt < 12; attempt++)
        {
            waits.Add(Math.Round(await SecondsToRetryAsync() / 60));
            Assert.Empty(await StuckAsync(100));
            await ExecuteAsync("UPDATE captions SET caption_retry_at = CURRENT_TIMESTAMP(3) - INTERVAL 1 SECOND");
            Assert.True(Assert.Single(await StuckAsync(100)).IsFailure);
            await _catalogue.Upkeep.MarkSentAsync(id, isFailure: true, Cancel);
            Assert.Empty(await StuckAsync(100));
            await FailAsync("images/a.jpg", new FailureReason(FailureCodes.ProviderAway, "503"));
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360], waits);
    }

    [Fact]
    public async Task What_only_waits_is_not_among_the_failed()
    {
        await FailAsync("images/quota.jpg", new FailureReason(FailureCodes.QuotaPaused, "Later."));
        await FailAsync("images/away.jpg", new FailureReason(FailureCodes.ProviderAway, "Later."));
        await FailAsync("images/key.jpg", new FailureReason(FailureCodes.KeyRefused, "Mend it."));
        await FailAsync("images/no.jpg", FailureReason.Declined);
        var failed = await _catalogue.Gallery.ListAsync(new ImageQuery(10) { Filter = ImageFilter.Failed }, Cancel);
        Assert.Equal(["images/key.jpg", "images/no.jpg"], failed.Images.Select(image => image.Key).Order(StringComparer.Ordinal));
    }

    private static CaptioningSettings Settings(byte hash, string? model) => new([.. Enumerable.Repeat(hash, 32)], model, MaxPerDay: null);

    private async Task<long> CaptionAsync(string key, string model)
    {
        var id = await StartAsync(key);
        await _catalogue.Results.SaveCaptionAsync(key, "e", new CaptionResult("Old words.", model), Cancel);
        return id;
    }

    private async Task<long> FailAsync(string key, FailureReason reason)
    {
        var id = await StartAsync(key);
        await _catalogue.Results.SaveCaptionFailureAsync(key, "e", reason, Cancel);
        return id;
    }

    private async Task<long> StartAsync(string key) =>
        (await _catalogue.Results.ObserveAsync(new ObservedObject(key, "e", 1, "image/jpeg", key) { Step = "caption" }, Cancel)).Id;

    private Task<List<StuckImage>> StuckAsync(int resumed) =>
        _catalogue.Upkeep.ListStuckAsync("caption", Rules with { Quiet = TimeSpan.FromMinutes(10), Resumed = resumed }, 100, Cancel);

    private async Task<double> SecondsToRetryAsync()
    {
        await using var connection = await _database.OpenConnectionAsync(Cancel);
        await using var command = new MySqlCommand(
            "SELECT CAST(TIMESTAMPDIFF(SECOND, CURRENT_TIMESTAMP(3), caption_retry_at) AS SIGNED) FROM captions", connection);
        return Convert.ToDouble(await command.ExecuteScalarAsync(Cancel), System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await _database.OpenConnectionAsync(Cancel);
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
