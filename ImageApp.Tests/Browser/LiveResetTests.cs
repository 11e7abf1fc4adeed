using System.Globalization;
using System.Net.Http.Json;
using ImageApp.Tests.Database;
using Microsoft.Playwright;
using MySqlConnector;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Browser;

/// <summary>Rows that no picture stands behind, on a database of a test's own: more than a page is told, and one that waits.</summary>
public sealed class LiveResetTests(DatabaseServer database, Chromium chromium)
{
    private const int Missed = 1001;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>More changes than are told one by one while the connection was away: the page takes its parts anew.</summary>
    [Fact]
    public async Task Who_missed_more_than_a_thousand_changes_sees_all_of_them_without_another_page()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await aws.S3.PutBucketAsync(WebProcess.Bucket, Cancel);
        var connection = await database.CreateDatabaseAsync();
        await using var web = await WebProcess.StartAsync(connection, aws.Server.Endpoint.Port, aws);
        await using var gate = new TcpGate(web.Address.Port);
        var seen = await InsertAsync(connection, "seen", 1, isWaiting: false);
        await SettledAsync(connection);
        await using var context = await chromium.OpenAsync(
            new BrowserNewContextOptions { BaseURL = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{gate.Port}") });
        var page = await context.NewPageAsync();
        await page.GotoAsync("/");
        await Expect(page.Locator("html.ready")).ToBeAttachedAsync();
        await Expect(page.Locator($"#i{seen}")).ToBeAttachedAsync();
        await page.EvaluateAsync("window.same = true");
        var tiles = 0;
        page.Request += (_, request) => tiles += request.Url.Contains("/tiles", StringComparison.Ordinal) ? 1 : 0;

        gate.Shut();
        await Expect(page.Locator("#connection")).ToBeVisibleAsync();

        var newest = await InsertAsync(connection, "missed", Missed, isWaiting: false);
        await SettledAsync(connection);
        gate.Open();
        await Expect(page.Locator($"#i{newest}")).ToBeAttachedAsync(new LocatorAssertionsToBeAttachedOptions { Timeout = 60_000 });
        await Expect(page.Locator("#connection")).ToBeHiddenAsync();
        Assert.Equal(0, tiles);

        using (await web.Http.PutAsJsonAsync($"/api/images/{newest}/caption", new { caption = "Told by itself again" }, Cancel)) { }
        await Expect(page.Locator($"#i{newest} img")).ToHaveAttributeAsync("alt", "Told by itself again");
        Assert.NotEqual(0, tiles);
        Assert.True(await page.EvaluateAsync<bool>("window.same"), "The page was another one.");
    }

    [Theory]
    [InlineData(ReducedMotion.NoPreference)]
    [InlineData(ReducedMotion.Reduce)]
    public async Task A_picture_that_waits_shimmers_unless_motion_is_unwanted(ReducedMotion motion)
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await aws.S3.PutBucketAsync(WebProcess.Bucket, Cancel);
        var connection = await database.CreateDatabaseAsync();
        await using var web = await WebProcess.StartAsync(connection, aws.Server.Endpoint.Port, aws);
        var id = await InsertAsync(connection, "waits", 1, isWaiting: true);
        await using var context = await chromium.OpenAsync(
            new BrowserNewContextOptions { BaseURL = web.Address.ToString(), ReducedMotion = motion });
        var page = await context.NewPageAsync();
        foreach (var (path, element) in new[] { ("/", $"#i{id} .waiting"), ($"/images/{id}", "#viewer .waiting") })
        {
            await page.GotoAsync(path);
            var waiting = page.Locator(element);
            await Expect(waiting).ToBeVisibleAsync();
            if (motion == ReducedMotion.Reduce)
            {
                Assert.Equal(0, await waiting.EvaluateAsync<int>("one => one.getAnimations().length"));
                continue;
            }

            Assert.Equal("shimmer running", await waiting.EvaluateAsync<string>(
                "one => one.getAnimations().map(running => `${running.animationName} ${running.playState}`).join()"));
            var place = await waiting.EvaluateAsync<string>("one => getComputedStyle(one).backgroundPosition");
            await page.WaitForFunctionAsync(
                "([element, place]) => getComputedStyle(document.querySelector(element)).backgroundPosition !== place",
                new object[] { element, place });

            // What is painted at two of its moments differs: nothing covers it.
            await StopAtAsync(200);
            var first = await waiting.ScreenshotAsync();
            await StopAtAsync(700);
            Assert.NotEqual(first, await waiting.ScreenshotAsync());

            Task StopAtAsync(int time) => waiting.EvaluateAsync(
                "(one, time) => { const [running] = one.getAnimations(); running.pause(); running.currentTime = time; }", time);
        }
    }

    // What changed within two seconds before a page listens is told to it beside.
    private static Task SettledAsync(string connection) =>
        Support.Eventually.HoldsAsync(
            async () =>
            {
                await using var open = new MySqlConnection(connection);
                await open.OpenAsync(Cancel);
                await using var past = new MySqlCommand("SELECT NOW(3) > MAX(updated_at) + INTERVAL 3 SECOND FROM captions", open);
                return Convert.ToInt64(await past.ExecuteScalarAsync(Cancel), CultureInfo.InvariantCulture) == 1;
            },
            "Three seconds have passed since the last change."
        );

    /// <summary>Inserts rows, and tells the newest one's id.</summary>
    private static async Task<long> InsertAsync(string connection, string name, int count, bool isWaiting)
    {
        await using var session = new MySqlConnection(connection);
        await session.OpenAsync(Cancel);
        // What waits has not changed lately: no open page is told of it, and none puts another tile in its place.
        var rest = isWaiting ? "NULL, NULL, NOW(3) - INTERVAL 1 DAY" : "'thumbnails/seed', FROM_UNIXTIME(1500000000), NOW(3)";
        var values = Enumerable.Range(1, count).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $"('images/{name}-{i}.jpg', '{name} {i}.jpg', 'image/jpeg', 1000, 600, 400, 'seed', NOW(3), NOW(3) + INTERVAL {i} SECOND, {rest})"));
        await using var insert = new MySqlCommand(
            "INSERT INTO captions (image_key, file_name, content_type, size_bytes, width, height, object_etag, uploaded_at, shown_at, "
                + $"thumbnail_key, thumbnail_generated_at, updated_at) VALUES {string.Join(',', values)}",
            session);
        await insert.ExecuteNonQueryAsync(Cancel);
        await using var find = new MySqlCommand($"SELECT id FROM captions WHERE image_key = 'images/{name}-{count}.jpg'", session);
        return Convert.ToInt64(await find.ExecuteScalarAsync(Cancel), CultureInfo.InvariantCulture);
    }
}
