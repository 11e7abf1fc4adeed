using System.Net.Http.Json;
using ImageApp.Tests.Application;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Browser;

/// <summary>The browser's own cache of pages that were left, which Playwright's browsers do without unless they are told not to.</summary>
public sealed class BackCacheTests(RunningApplication fixture)
{
    private const string SaysScript =
        "([id, caption]) => document.querySelector(`#i${id} img, #viewer[data-id='${id}'] #picture`)?.alt === caption";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Left by a link to another page, come back to with Back: the very page, and live.</summary>
    [Theory]
    [InlineData("/")]
    [InlineData("/images/{0}")]
    public async Task A_page_that_the_browser_kept_is_live_again(string path)
    {
        var app = await fixture.StartAsync();
        var id = await GalleryPage.UploadAsync(app, "kept by the browser.jpg");
        var options = Chromium.LaunchOptions();
        options.IgnoreDefaultArgs = ["--disable-back-forward-cache"];
        options.Args = [.. options.Args!, "--enable-features=BackForwardCache"];
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(options);
        var page = await browser.NewPageAsync(new BrowserNewPageOptions { BaseURL = app.Web.BaseAddress!.ToString() });
        await page.GotoAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, path, id));
        await Expect(page.Locator("html.ready")).ToBeAttachedAsync();
        await Expect(page.Locator($"img[src*='/images/{id}/']").First).ToBeAttachedAsync();
        await page.EvaluateAsync("window.same = true; addEventListener('pageshow', event => { window.kept = event.persisted; })");
        await page.EvaluateAsync(
            "const link = document.createElement('a'); link.href = '/albums'; document.body.append(link); link.click();");
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Albums" })).ToBeVisibleAsync();

        using (await app.Web.PutAsJsonAsync($"/api/images/{id}/caption", new { caption = "Told while it was away" }, Cancel)) { }
        await page.EvaluateAsync("history.back()");
        await page.WaitForFunctionAsync("() => document.querySelector('#gallery, #viewer')");
        Assert.True(
            await page.EvaluateAsync<bool>("window.same === true && window.kept === true"),
            "Not kept: "
                + await page.EvaluateAsync<string>(
                    "JSON.stringify(performance.getEntriesByType('navigation')[0].notRestoredReasons)"));
        await page.WaitForFunctionAsync(SaysScript, new object[] { id, "Told while it was away" });
        using (await app.Web.PutAsJsonAsync($"/api/images/{id}/caption", new { caption = "Told after it was back" }, Cancel)) { }
        await page.WaitForFunctionAsync(SaysScript, new object[] { id, "Told after it was back" });
        Assert.True(await page.EvaluateAsync<bool>("window.same"), "The page was another one.");
    }
}
