using System.Text.RegularExpressions;
using ImageApp.Tests.Application;
using Microsoft.Playwright;

namespace ImageApp.Tests.Browser;

/// <summary>Aspire's own dashboard, in a real browser, on the running application.</summary>
public sealed partial class DashboardTests(RunningApplication fixture, Chromium chromium)
{
    [Fact]
    public async Task Lists_every_resource_as_running_and_shows_console_logs()
    {
        var app = await fixture.StartAsync();
        await using var context = await chromium.OpenAsync(
            new BrowserNewContextOptions
            {
                ViewportSize = new ViewportSize { Width = 1400, Height = 900 },
            }
        );
        var page = await context.NewPageAsync();

        // Without the token there is only the login page.
        await page.GotoAsync(app.Dashboard.ToString());
        await Assertions.Expect(page).ToHaveURLAsync(LoginPage());
        await page.GotoAsync(app.DashboardLogin.ToString());
        foreach (var name in new[] { "aws", "mysql", "imagedb", "image-events", "ThumbnailFunction", "CaptionFunction", "web" })
        {
            await Assertions
                .Expect(
                    page.GetByRole(AriaRole.Row)
                        .Filter(new LocatorFilterOptions { HasText = name })
                        .Filter(new LocatorFilterOptions { HasText = "Running" })
                        .First
                )
                .ToBeVisibleAsync();
        }

        await page.ScreenshotAsync(
            new PageScreenshotOptions { Path = Path.Combine(RepositoryRoot.Path, "artifacts", "screenshots", "dashboard.png") }
        );
        await page.GotoAsync(new Uri(app.Dashboard, $"/consolelogs/resource/{(await app.ProcessAsync("web")).ResourceId}").ToString());
        var log = page.Locator(".log-content");
        await Assertions.Expect(log.First).ToBeVisibleAsync();

        // The page shows the newest lines of one of web's two processes; some of these uploads, each on a connection of its own, reach it.
        for (var i = 0; i < 8; i++)
        {
            using var client = new HttpClient { BaseAddress = app.Web.BaseAddress };
            using var content = new ByteArrayContent(TestImages.Jpeg(300, 200 + i));
            using var form = new MultipartFormDataContent { { content, "file", "console.jpg" } };
            using var answer = await client.PostAsync("/api/images", form, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
        }

        await Assertions.Expect(page.GetByText(Stored()).First).ToBeVisibleAsync();
    }

    [GeneratedRegex("Image [0-9]+ stored as")]
    private static partial Regex Stored();

    [GeneratedRegex("/login")]
    private static partial Regex LoginPage();
}
