using System.Diagnostics;
using System.Globalization;
using System.Net;
using ImageApp.Tests.Application;
using ImageApp.Tests.Database;
using Microsoft.Playwright;
using MySqlConnector;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Browser;

/// <summary>What a person sees while the database or the bucket is away, and that the page recovers by itself.</summary>
public sealed class FailureStateTests(DatabaseServer database, Chromium chromium)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_says_what_is_away_keeps_what_it_shows_and_recovers()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        using (
            var s3 = new Amazon.S3.AmazonS3Client(
                aws.Options.AccessKeyId,
                aws.Options.SecretAccessKey,
                new Amazon.S3.AmazonS3Config
                {
                    ServiceURL = aws.Server.Endpoint.ToString(),
                    AuthenticationRegion = "us-east-1",
                    ForcePathStyle = true,
                }
            )
        )
        {
            await s3.PutBucketAsync("pictures", Cancel);
        }

        var connection = new MySqlConnectionStringBuilder(await database.CreateDatabaseAsync());
        await using var databaseGate = new TcpGate((int)connection.Port);
        await using var bucketGate = new TcpGate(aws.Server.Endpoint.Port);
        connection.Port = (uint)databaseGate.Port;
        using var web = StartWeb(connection.ConnectionString, bucketGate.Port, aws, out var address);
        try
        {
            using var http = new HttpClient { BaseAddress = address };
            await UntilAsync(async () =>
                (await http.GetStringAsync("/health", Cancel)).Contains("\"status\":\"Healthy\"", StringComparison.Ordinal)
            );
            await using var context = await chromium.OpenAsync(new BrowserNewContextOptions { BaseURL = address.ToString() });
            var page = await context.NewPageAsync();
            await page.GotoAsync("/");
            await Expect(page.Locator("html.ready")).ToBeAttachedAsync();

            bucketGate.Shut();
            await page.GetByLabel("Add pictures")
                .SetInputFilesAsync(
                    new FilePayload
                    {
                        Name = "a.jpg",
                        MimeType = "image/jpeg",
                        Buffer = TestImages.Jpeg(30, 20),
                    }
                );
            await Expect(page.Locator("#queue-list li.lost")).ToBeVisibleAsync();
            using (var form = new MultipartFormDataContent { { new ByteArrayContent(TestImages.Jpeg(30, 20)), "file", "b.jpg" } })
            using (var answer = await http.PostAsync("/api/images", form, Cancel))
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                Assert.Contains("storage-unavailable", await answer.Content.ReadAsStringAsync(Cancel));
            }

            await UntilAsync(async () =>
                (await http.GetStringAsync("/health", Cancel)).Contains("\"S3\":{\"status\":\"Degraded\"", StringComparison.Ordinal)
            );
            bucketGate.Open();

            databaseGate.Shut();
            await UntilAsync(async () => (await http.GetAsync("/api/images", Cancel)).StatusCode == HttpStatusCode.ServiceUnavailable);
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health", Cancel)).StatusCode);
            var away = await context.NewPageAsync();
            await away.GotoAsync("/");
            await Expect(away.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "The catalogue is away" })).ToBeVisibleAsync();
            Assert.Contains("Nothing was changed", await away.ContentAsync());

            // The page that was open keeps what it shows.
            await Expect(page.Locator("#upload")).ToBeVisibleAsync();

            databaseGate.Open();
            await Expect(away.GetByLabel("Add pictures")).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = 60_000 });
        }
        finally
        {
            web.Kill();
            await web.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static Process StartWeb(string connection, int bucketPort, LocalAwsInstance aws, out Uri address)
    {
        address = new Uri($"http://localhost:{FreePort.Next()}/");
        var start = new ProcessStartInfo(
            "dotnet",
            [
                Path.Combine(
                    RepositoryRoot.Path,
                    "ImageApp.Web/bin",
                    AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug",
                    "net10.0/ImageApp.Web.dll"
                ),
            ]
        )
        {
            WorkingDirectory = Path.Combine(RepositoryRoot.Path, "ImageApp.Web"),
            RedirectStandardOutput = true,
            Environment =
            {
                ["ASPNETCORE_URLS"] = address.ToString(),
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["ConnectionStrings__imagedb"] = connection + ";ConnectionTimeout=3",
                ["AWS__Resources__BucketName"] = "pictures",
                ["AWS_ENDPOINT_URL"] = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{bucketPort}"),
                ["AWS_REGION"] = "us-east-1",
                ["AWS_ACCESS_KEY_ID"] = aws.Options.AccessKeyId,
                ["AWS_SECRET_ACCESS_KEY"] = aws.Options.SecretAccessKey,
            },
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(60), "The condition did not come true.");
            await Task.Delay(100, Cancel);
        }
    }
}
