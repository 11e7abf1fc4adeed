using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.Tests.Application;
using Microsoft.Playwright;

namespace ImageApp.Tests.Browser;

/// <summary>Aspire's own dashboard, in a real browser, on the running application.</summary>
public sealed class DashboardTests(RunningApplication fixture, Chromium chromium)
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
        await Assertions.Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/login"));
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

        // The page shows the newest lines; one of them tells of this upload.
        using var form = new MultipartFormDataContent { { new ByteArrayContent(TestImages.Jpeg(300, 200)), "file", "console.jpg" } };
        var answer = (
            await (
                await app.Web.PostAsync("/api/images", form, TestContext.Current.CancellationToken)
            ).Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken)
        )!;
        var id = (long)answer["images"]![0]!["id"]!;
        await Assertions.Expect(page.GetByText($"Image {id} stored as").First).ToBeVisibleAsync();
    }
}
