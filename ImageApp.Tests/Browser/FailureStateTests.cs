using System.Net;
using Amazon.S3.Model;
using ImageApp.Tests.Application;
using ImageApp.Tests.Database;
using Microsoft.Playwright;
using MySqlConnector;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Browser;

/// <summary>What a person sees while the database or the bucket is away, or takes nothing from here, and that the page recovers.</summary>
public sealed class FailureStateTests(DatabaseServer database, Chromium chromium)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_says_what_is_away_keeps_what_it_shows_and_recovers()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await aws.S3.PutBucketAsync(WebProcess.Bucket, Cancel);
        var connection = new MySqlConnectionStringBuilder(await database.CreateDatabaseAsync());
        await using var databaseGate = new TcpGate((int)connection.Port);
        await using var bucketGate = new TcpGate(aws.Server.Endpoint.Port);
        connection.Port = (uint)databaseGate.Port;
        await using var web = await WebProcess.StartAsync(connection.ConnectionString, bucketGate.Port, aws);
        await using var context = await chromium.OpenAsync(new BrowserNewContextOptions { BaseURL = web.Address.ToString() });
        var page = await context.NewPageAsync();
        await page.GotoAsync("/");
        await Expect(page.Locator("html.ready")).ToBeAttachedAsync();

        bucketGate.Shut();
        await ChooseAsync(page, "a.jpg", 30);
        await Expect(page.Locator("#queue-list li.lost")).ToContainTextAsync("Could not be stored right now");
        using (var form = new MultipartFormDataContent { { new ByteArrayContent(TestImages.Jpeg(30, 20)), "file", "b.jpg" } })
        using (var answer = await web.Http.PostAsync("/api/images", form, Cancel))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Contains("storage-unavailable", await answer.Content.ReadAsStringAsync(Cancel));
        }

        await WebProcess.UntilAsync(async () =>
            (await web.Http.GetStringAsync("/health", Cancel)).Contains("\"S3\":{\"status\":\"Degraded\"", StringComparison.Ordinal));
        bucketGate.Open();
        await Expect(page.Locator("#queue-text"))
            .ToHaveTextAsync("1 of 1 sent", new LocatorAssertionsToHaveTextOptions { Timeout = 90_000 });

        databaseGate.Shut();
        await WebProcess.UntilAsync(async () =>
            (await web.Http.GetAsync("/api/images", Cancel)).StatusCode == HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.OK, (await web.Http.GetAsync("/health", Cancel)).StatusCode);
        var away = await context.NewPageAsync();
        await away.GotoAsync("/");
        await Expect(away.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "The catalogue is away" })).ToBeVisibleAsync();
        Assert.Contains("Nothing was changed", await away.ContentAsync());

        // The page that was open keeps what it shows.
        await Expect(page.Locator("#queue-list li.done")).ToBeVisibleAsync();

        databaseGate.Open();
        await Expect(away.GetByRole(AriaRole.Searchbox)).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = 60_000 });
    }

    /// <summary>The bucket's rules name one of the addresses that lead to the page.</summary>
    [Fact]
    public async Task Files_go_straight_to_the_bucket_where_its_rules_allow_and_through_the_application_else()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await aws.S3.PutBucketAsync(WebProcess.Bucket, Cancel);
        await using var web = await WebProcess.StartAsync(await database.CreateDatabaseAsync(), aws.Server.Endpoint.Port, aws);
        await aws.S3.PutCORSConfigurationAsync(
            new PutCORSConfigurationRequest
            {
                BucketName = WebProcess.Bucket,
                Configuration = new CORSConfiguration
                {
                    Rules =
                    [
                        new CORSRule
                        {
                            AllowedOrigins = [web.Address.ToString().TrimEnd('/')],
                            AllowedMethods = ["PUT"],
                            AllowedHeaders = ["*"],
                        },
                    ],
                },
            },
            Cancel);

        Assert.Equal((1, 0), await UploadAsync(web.Address, 31));
        Assert.Equal((0, 1), await UploadAsync(new UriBuilder(web.Address) { Host = "127.0.0.1" }.Uri, 32));

        async Task<(int Direct, int Through)> UploadAsync(Uri address, int width)
        {
            await using var context = await chromium.OpenAsync();
            var page = await context.NewPageAsync();
            var (direct, through) = (0, 0);
            page.Response += (_, response) =>
            {
                var isDone = response.Status is 200 or 201;
                direct += isDone && response.Request.Method == "PUT" ? 1 : 0;
                through += isDone && response.Url.Contains("/api/images?unique", StringComparison.Ordinal) ? 1 : 0;
            };
            await page.GotoAsync(address.ToString());
            await Expect(page.Locator("html.ready")).ToBeAttachedAsync();
            await ChooseAsync(page, $"{width}.jpg", width);
            await Expect(page.Locator("#queue-text")).ToHaveTextAsync("1 of 1 sent");
            return (direct, through);
        }
    }

    private static Task ChooseAsync(IPage page, string name, int width) =>
        page.Locator("#file").SetInputFilesAsync(new FilePayload
        {
            Name = name,
            MimeType = "image/jpeg",
            Buffer = TestImages.Jpeg(width, 20),
        });
}
