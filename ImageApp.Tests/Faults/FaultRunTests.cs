using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Amazon.S3.Model;

namespace ImageApp.Tests.Faults;

/// <summary>
/// Faults of everything that the application is made of and stands on, while pictures are uploaded: whatever was accepted is there in the
/// end, once, with its renditions and its caption. Each run leaves its row of docs/reliability.md.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class FaultRunTests(FaultedGallery gallery) : IClassFixture<FaultedGallery>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, "thumbnail function killed", "ImageApp.ThumbnailFunction", "thumbnailUrl")]
    [InlineData(2, "caption function killed", "ImageApp.CaptionFunction", "caption")]
    public async Task A_function_is_killed(int order, string fault, string program, string made)
    {
        var result = await gallery.RunAsync(fault, FaultSettings.Uploads, async accepted =>
        {
            var (killed, done) = (0, await DoneAsync());
            var all = done + FaultSettings.Uploads;
            var kills = 0;
            while (kills < FaultSettings.Kills && done < all)
            {
                await ReachedAsync(accepted, kills + 1);

                // One that dies again and again before it has done anything is left to a person; this one works.
                var before = done;
                await Support.Eventually.HoldsAsync(
                    async () => (done = await DoneAsync()) > before,
                    () => $"{done} have a {made}, as before.",
                    FaultSettings.Patience);
                killed = await gallery.KillAsync(program, killed);
                kills++;
            }

            return kills;
        });
        Assert.NotEqual(0, result.Injected);
        AssertNothingIsLost(order, result);

        async Task<int> DoneAsync() => (await gallery.ListAsync()).Count(image => image[made] is not null);
    }

    [Theory]
    [InlineData(3, "web app killed", "ImageApp.Web")]
    [InlineData(4, "database killed", FaultedGallery.Database)]
    public async Task What_a_machine_starts_again_is_killed(int order, string fault, string program)
    {
        var result = await gallery.RunAsync(fault, FaultSettings.Uploads, async accepted =>
        {
            for (var number = 1; number <= FaultSettings.Kills; number++)
            {
                await ReachedAsync(accepted, number);
                await gallery.KillAndStartAsync(program);
            }

            return FaultSettings.Kills;
        });
        if (program == FaultedGallery.Database)
        {
            // Nobody told the orchestrator that it runs again, and what waits for it would not be started.
            await gallery.KillHostAsync();
        }

        AssertNothingIsLost(order, result);
    }

    [Fact]
    public async Task Local_AWS_is_killed_with_its_AppHost()
    {
        var kills = FaultSettings.IsSoak ? FaultSettings.Kills : 1;
        var result = await gallery.RunAsync("local AWS killed (the AppHost)", FaultSettings.Uploads, async accepted =>
        {
            for (var number = 1; number <= kills; number++)
            {
                await ReachedAsync(accepted, number);
                await gallery.KillHostAsync();
            }

            return kills;
        });
        AssertNothingIsLost(5, result);
    }

    [Fact]
    public async Task The_database_stands_still()
    {
        var result = await gallery.RunAsync("database stopped", FaultSettings.Uploads, async accepted =>
        {
            await ReachedAsync(accepted, 1);
            await gallery.SignalAsync(FaultedGallery.Database, "STOP");
            await Task.Delay(FaultSettings.Outage, Cancel);
            await gallery.SignalAsync(FaultedGallery.Database, "CONT");
            return 1;
        });
        AssertNothingIsLost(6, result);
    }

    [Fact]
    public async Task The_bucket_answers_500_and_503()
    {
        var result = await gallery.RunAsync("bucket answers 500 and 503", FaultSettings.Uploads, async accepted =>
        {
            await ReachedAsync(accepted, 1);
            return await AwayAsync(isAway => gallery.Storage.IsAway = isAway, () => gallery.Storage.Refused, FaultSettings.StorageOutage);
        });
        Assert.NotEqual(0, result.Injected);
        AssertNothingIsLost(7, result);
    }

    [Fact]
    public async Task The_model_answers_429_500_and_nothing()
    {
        var result = await gallery.RunAsync("model answers 429, 500 and nothing", FaultSettings.Uploads, _ =>
            AwayAsync(isAway => gallery.Model.IsAway = isAway, () => gallery.Model.Refused, FaultSettings.ModelOutage));
        Assert.NotEqual(0, result.Injected);
        AssertNothingIsLost(8, result);
    }

    [Fact]
    public async Task Every_event_comes_three_times_and_in_reverse()
    {
        var bucket = await gallery.BucketAsync();
        var before = (await gallery.ListAsync()).Select(image => (long)image["id"]!).ToHashSet();
        var result = await gallery.RunAsync("every event again, twice, in reverse", FaultSettings.Uploads, async accepted =>
        {
            // A picture that is put straight into the bucket is listed when its first event has come.
            List<string> keys = [];
            await Support.Eventually.HoldsAsync(
                async () =>
                {
                    keys = [.. (await gallery.ListAsync())
                        .Where(image => !before.Contains((long)image["id"]!))
                        .OrderByDescending(image => (long)image["id"]!)
                        .Select(image => (string)image["key"]!)];
                    return accepted() == FaultSettings.Uploads && keys.Count == FaultSettings.Uploads;
                },
                () => $"{accepted()} were accepted, {keys.Count} are listed.",
                FaultSettings.Patience);
            foreach (var key in keys.Concat(keys))
            {
                await gallery.PublishAsync(Event(bucket, key));
            }

            return keys.Count * 2;
        });
        AssertNothingIsLost(9, result, maximumAskedTwice: 0);
    }

    [Fact]
    public async Task An_event_comes_for_a_picture_that_is_deleted()
    {
        var bucket = await gallery.BucketAsync();
        var deleted = new List<string>();
        var result = await gallery.RunAsync("event of a deleted object", FaultSettings.Uploads, async _ =>
        {
            var id = await gallery.UploadAsync("deleted.jpg");
            var key = "";
            await Support.Eventually.HoldsAsync(
                async () =>
                {
                    var image = (await gallery.Web.GetFromJsonAsync<JsonObject>($"/api/images/{id}", Cancel))!;
                    key = (string)image["key"]!;
                    return image["thumbnailUrl"] is not null && image["caption"] is not null;
                },
                "The picture is finished.");
            using (var answer = await gallery.Web.DeleteAsync($"/api/images/{id}", Cancel))
            {
                Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
            }

            gallery.Forget(id);
            await Support.Eventually.HoldsAsync(async () => (await ObjectsAsync(bucket, key)).Count == 0, "Its objects are gone.");
            await gallery.PublishAsync(Event(bucket, key));
            deleted.Add(key);
            return 1;
        });
        AssertNothingIsLost(10, result, maximumAskedTwice: 0);
        Assert.DoesNotContain(await gallery.ListAsync(), image => deleted.Contains((string)image["key"]!));
        Assert.Empty(await ObjectsAsync(bucket, deleted[0]));
    }

    [Fact]
    public async Task Events_never_come()
    {
        var bucket = await gallery.BucketAsync();
        var notifications = await gallery.S3.GetBucketNotificationAsync(bucket, Cancel);
        await gallery.S3.PutBucketNotificationAsync(new PutBucketNotificationRequest { BucketName = bucket }, Cancel);
        var result = await gallery.RunAsync("events that never came", FaultSettings.Uploads, async accepted =>
        {
            await Support.Eventually.HoldsAsync(
                () => Task.FromResult(accepted() == FaultSettings.Uploads), () => $"{accepted()} were accepted.", FaultSettings.Patience);
            await gallery.S3.PutBucketNotificationAsync(
                new PutBucketNotificationRequest { BucketName = bucket, TopicConfigurations = notifications.TopicConfigurations }, Cancel);
            return FaultSettings.Uploads;
        });
        AssertNothingIsLost(11, result, maximumAskedTwice: 0);
    }

    [Theory]
    [InlineData(12, "web app killed between row and object", true)]
    [InlineData(13, "web app killed between object and answer", false)]
    public async Task The_web_app_is_killed_in_the_middle_of_an_upload(int order, string fault, bool isBeforeObject)
    {
        var left = FaultSettings.Kills;
        var result = await gallery.RunAsync(fault, FaultSettings.Uploads, async accepted =>
        {
            Task KillAsync() => Interlocked.Decrement(ref left) >= 0 ? gallery.KillAndStartAsync("ImageApp.Web") : Task.CompletedTask;
            gallery.Storage.BeforePut = isBeforeObject ? KillAsync : null;
            gallery.Storage.AfterPut = isBeforeObject ? null : KillAsync;
            await Support.Eventually.HoldsAsync(() => Task.FromResult(left <= 0), () => $"{left} kills are left.", FaultSettings.Patience);
            return FaultSettings.Kills;
        });
        gallery.Storage.BeforePut = gallery.Storage.AfterPut = null;
        AssertNothingIsLost(order, result);
    }

    private static void AssertNothingIsLost(int order, FaultResult result, int? maximumAskedTwice = null)
    {
        result.Write(order);
        Assert.Equal((0, 0), (result.Lost, result.Doubled));

        // A process that dies while a model answers, or before the answer is stored: that one is asked again.
        Assert.InRange(result.AskedTwice, 0, maximumAskedTwice ?? result.Injected);
    }

    // Has something be away for a while: how often it refused meanwhile.
    private static async Task<int> AwayAsync(Action<bool> setAway, Func<int> refused, TimeSpan howLong)
    {
        var before = refused();
        setAway(true);
        await Task.Delay(howLong, Cancel);
        setAway(false);
        return refused() - before;
    }

    // Kills are spread over the uploads.
    private static Task ReachedAsync(Func<int> accepted, int number)
    {
        var count = FaultSettings.Uploads * number / (FaultSettings.Kills + 2);
        return Support.Eventually.HoldsAsync(
            () => Task.FromResult(accepted() >= count), () => $"{accepted()} of {count} were accepted.", FaultSettings.Patience);
    }

    private static string Event(string bucket, string key) => new JsonObject
    {
        ["Records"] = new JsonArray(new JsonObject
        {
            ["eventVersion"] = "2.1",
            ["eventSource"] = "aws:s3",
            ["eventTime"] = "2026-01-02T03:04:05.000Z",
            ["eventName"] = "ObjectCreated:Put",
            ["s3"] = new JsonObject
            {
                ["bucket"] = new JsonObject { ["name"] = bucket },
                ["object"] = new JsonObject { ["key"] = key, ["size"] = 1, ["eTag"] = "0" },
            },
        }),
    }.ToJsonString();

    private async Task<List<string>> ObjectsAsync(string bucket, string key)
    {
        var name = Path.GetFileNameWithoutExtension(key);
        var list = await gallery.S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket }, Cancel);
        return [.. (list.S3Objects ?? []).Select(item => item.Key).Where(item => item.Contains(name, StringComparison.Ordinal))];
    }
}
