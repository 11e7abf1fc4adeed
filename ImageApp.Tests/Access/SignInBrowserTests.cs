using ImageApp.Tests.Browser;
using ImageApp.Tests.Database;
using Microsoft.Playwright;

namespace ImageApp.Tests.Access;

/// <summary>Signing in and out in a real browser, with script and without.</summary>
public sealed class SignInBrowserTests(DatabaseServer server, Chromium chromium)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_person_signs_in_makes_a_token_and_signs_out(bool script)
    {
        await using var gallery = await GuardedGallery.StartAsync(server, "private");
        await using var context = await chromium.OpenAsync(new BrowserNewContextOptions
        {
            BaseURL = gallery.Address.ToString(),
            JavaScriptEnabled = script,
        });
        var page = await context.NewPageAsync();
        var refused = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.OrdinalIgnoreCase))
            {
                refused.Add(message.Text);
            }
        };

        // Whoever asks for a page is led to the provider, and back to that page.
        await page.GotoAsync("/albums");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Who are you?" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "olga" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Uri(gallery.Address, "/albums").ToString());
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Albums" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#add")).ToBeVisibleAsync();

        await page.Locator("nav.links").GetByRole(AriaRole.Link, new() { Name = "Account" }).ClickAsync();
        await Assertions.Expect(page.Locator("#name")).ToHaveTextAsync("olga");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("my laptop");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a token" }).ClickAsync();
        await Assertions.Expect(page.Locator("#token")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^imageapp_.{43}$"));
        await page.GetByRole(AriaRole.Link, new() { Name = "Back to your account" }).ClickAsync();
        await Assertions.Expect(page.Locator("#tokens li")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke my laptop" }).ClickAsync();
        await Assertions.Expect(page.Locator("#tokens li")).ToHaveCountAsync(0);

        // Out of the gallery and of the provider, though forms may lead to this site only.
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(page.GetByText("You are not signed in.")).ToBeVisibleAsync();
        await page.GotoAsync("/albums");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Who are you?" })).ToBeVisibleAsync();

        // As another person, who may only look.
        await page.GetByRole(AriaRole.Link, new() { Name = "vera" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Albums" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#add")).ToHaveCountAsync(0);
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Trash" })).ToHaveCountAsync(0);
        if (script)
        {
            await Assertions.Expect(page.Locator("html.ready")).ToBeAttachedAsync();
        }

        Assert.Empty(refused);
    }
}
