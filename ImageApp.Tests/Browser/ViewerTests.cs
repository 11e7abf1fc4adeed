using System.Net.Http.Json;
using ImageApp.Tests.Application;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Browser;

/// <summary>A picture over the grid, and as a page: the same HTML.</summary>
public sealed class ViewerTests(RunningApplication fixture, Chromium chromium)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_opens_over_the_grid_stays_in_the_search_and_closing_leads_to_the_very_place()
    {
        var older = await UploadAsync("quokka one.jpg");
        await UploadAsync("something else.jpg");
        var newer = await UploadAsync("quokka two.jpg");
        await using var page = await OpenAsync("/?q=quokka");
        await page.Page.EvaluateAsync("window.same = true");
        await page.Page.Locator($"#i{newer} a").ClickAsync();
        await Expect(page.Page.Locator(".over #viewer")).ToHaveAttributeAsync("data-id", $"{newer}");
        Assert.EndsWith($"/images/{newer}?q=quokka", page.Page.Url, StringComparison.Ordinal);
        await page.AssertAccessibleAsync();
        await page.ScreenshotAsync("viewer-over");

        await page.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Page.Locator("#viewer")).ToHaveAttributeAsync("data-id", $"{older}");
        await Expect(page.Page.Locator("#viewer [rel=next]")).ToHaveCountAsync(0);
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Page.Locator(".over")).ToHaveCountAsync(0);
        Assert.EndsWith("/?q=quokka", page.Page.Url, StringComparison.Ordinal);
        await Expect(page.Page.Locator($"#i{older} a")).ToBeFocusedAsync();
        Assert.True(await page.Page.EvaluateAsync<bool>("window.same"), "The page was another one.");

        await page.Page.GoForwardAsync();
        await Expect(page.Page.Locator("#viewer")).ToHaveAttributeAsync("data-id", $"{older}");
        await page.Page.GoBackAsync();
        await Expect(page.Page.Locator(".over")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_pictures_page_has_its_caption_facts_neighbours_and_keys()
    {
        var older = await UploadAsync("older.jpg");
        var middle = await UploadAsync("middle.jpg");
        var newer = await UploadAsync("newer.jpg");
        await using var page = await OpenAsync($"/images/{middle}");
        await Expect(page.Page.Locator("#caption")).ToContainTextAsync("picture of 400 by 300 pixels");
        await page.Page.Keyboard.PressAsync("i");
        await Expect(page.Page.GetByText("Acme One", new PageGetByTextOptions { Exact = true })).ToBeVisibleAsync();
        await Expect(page.Page.GetByText("17 May 2024, 10:11")).ToBeVisibleAsync();
        await page.AssertAccessibleAsync();
        Assert.Contains("picture of 400 by 300", await page.Page.Locator("meta[property='og:description']").GetAttributeAsync("content"));
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Page.Locator("#viewer")).ToHaveAttributeAsync("data-id", $"{older}");
        await Expect(page.Page.Locator(".panel")).ToBeVisibleAsync();
        await page.Page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page.Page.Locator("#viewer")).ToHaveAttributeAsync("data-id", $"{middle}");
        await page.Page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page.Page.Locator("#viewer")).ToHaveAttributeAsync("data-id", $"{newer}");
        Assert.EndsWith($"/images/{newer}", page.Page.Url, StringComparison.Ordinal);
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Page.WaitForURLAsync($"**/#i{newer}");
    }

    [Fact]
    public async Task A_corrected_caption_is_shown_as_text_and_survives_a_rerun()
    {
        var id = await UploadAsync("corrected.jpg");
        await using var page = await OpenAsync($"/images/{id}");
        const string caption = "My <b>cat</b> <script>document.title='x'</script> \u202Eאבג";
        await page.Page.Keyboard.PressAsync("i");
        await page.Page.GetByLabel("Caption", new PageGetByLabelOptions { Exact = true }).FillAsync(caption);
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Save", Exact = true }).ClickAsync();
        await Expect(page.Page.Locator("#caption")).ToHaveTextAsync(caption.Replace("\u202E", "", StringComparison.Ordinal));
        await Expect(page.Page.GetByText("Corrected by a person")).ToBeVisibleAsync();
        Assert.StartsWith("corrected.jpg", await page.Page.TitleAsync(), StringComparison.Ordinal);

        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Describe again" }).ClickAsync();
        await Expect(page.Page.Locator("#viewer[data-finished=true]")).ToBeVisibleAsync();
        await Expect(page.Page.Locator("#caption")).ToContainTextAsync("My <b>cat</b>");

        using var empty = await fixture.Web.PutAsJsonAsync($"/api/images/{id}/caption", new { caption = "  " }, Cancel);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, empty.StatusCode);
        using var tooLong = await fixture.Web.PutAsJsonAsync($"/api/images/{id}/caption", new { caption = new string('x', 2001) }, Cancel);
        Assert.Contains("2,001", await tooLong.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task The_second_of_two_people_is_told_and_nothing_is_lost()
    {
        var id = await UploadAsync("two people.jpg");
        await using var page = await OpenAsync($"/images/{id}");
        await page.Page.Keyboard.PressAsync("i");
        await page.Page.Locator("#caption-text").FillAsync("What the second one wrote");
        using (await fixture.Web.PutAsJsonAsync($"/api/images/{id}/caption", new { caption = "What the first one wrote" }, Cancel)) { }
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Save", Exact = true }).ClickAsync();
        await Expect(page.Page.Locator("#caption-problem")).ToContainTextAsync("What the first one wrote");
        await Expect(page.Page.Locator("#caption-text")).ToHaveValueAsync("What the second one wrote");
        await page.AssertAccessibleAsync();
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Save", Exact = true }).ClickAsync();
        await Expect(page.Page.Locator("#caption")).ToHaveTextAsync("What the second one wrote");
    }

    [Fact]
    public async Task The_original_is_asked_for_only_when_a_picture_is_enlarged()
    {
        var id = await UploadAsync("large.jpg", TestImages.Evening(3000, 2000, 3));
        var originals = 0;
        await using var page = await OpenAsync("/");
        page.Page.Request += (_, request) => originals += request.Url.Contains($"/images/{id}/original", StringComparison.Ordinal) ? 1 : 0;
        await page.GotoAsync($"/images/{id}");
        await page.Page.WaitForFunctionAsync(
            "() => document.querySelector('#picture').complete && document.querySelector('#picture').naturalWidth > 0"
        );
        Assert.Equal(0, originals);
        await page.Page.RunAndWaitForResponseAsync(
            () => page.Page.Locator("#stage").DblClickAsync(),
            response => response.Url.Contains($"/images/{id}/original", StringComparison.Ordinal) && response.Ok
        );
        await Expect(page.Page.Locator("#stage")).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("zoomed"));
        Assert.Equal(1, originals);
        await page.Page.Keyboard.PressAsync("0");
        await Expect(page.Page.Locator("#stage")).ToHaveClassAsync("stage");
    }

    [Fact]
    public async Task Deleted_in_the_viewer_it_goes_on_to_the_next_and_can_be_undone()
    {
        var first = await UploadAsync("wombat one.jpg");
        var second = await UploadAsync("wombat two.jpg");
        await using var page = await OpenAsync("/?q=wombat");
        await page.Page.EvaluateAsync("window.same = true");
        await page.Page.Locator($"#i{second} a").ClickAsync();
        await Expect(page.Page.Locator("#viewer")).ToHaveAttributeAsync("data-id", $"{second}");
        await page.Page.Keyboard.PressAsync("Delete");
        await Expect(page.Page.Locator("#viewer")).ToHaveAttributeAsync("data-id", $"{first}");
        await Expect(page.Page.GetByText("The picture was deleted.")).ToBeVisibleAsync();
        await page.AssertAccessibleAsync();
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Undo" }).ClickAsync();
        await Expect(page.Page.Locator("#undo")).ToBeHiddenAsync();
        await fixture.WaitForImageAsync(second, RunningApplication.IsFinished);
        Assert.True(await page.Page.EvaluateAsync<bool>("window.same"), "The page was another one.");
    }

    [Fact]
    public async Task A_slideshow_goes_on_and_a_caption_is_copied_where_there_is_no_clipboard()
    {
        await UploadAsync("numbat one.jpg");
        var second = await UploadAsync("numbat two.jpg");
        await using var page = await OpenAsync("/?q=numbat");
        await page.Page.Locator($"#i{second} a").ClickAsync();
        await Expect(page.Page.Locator("#viewer")).ToHaveAttributeAsync("data-id", $"{second}");
        await page.Page.EvaluateAsync("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
        var errors = new List<string>();
        page.Page.PageError += (_, error) => errors.Add(error);
        await page.Page.Keyboard.PressAsync("i");
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Copy", Exact = true }).ClickAsync();
        Assert.Equal("TEXTAREA", await page.Page.EvaluateAsync<string>("document.activeElement.tagName"));
        Assert.Empty(errors);
        await page.Page.Locator("#play").ClickAsync();
        await Expect(page.Page.Locator("#viewer")).Not.ToHaveAttributeAsync("data-id", $"{second}");
        await Expect(page.Page.Locator("#play")).ToHaveAttributeAsync("aria-pressed", "false");
    }

    [Theory]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(820, ColorScheme.Dark)]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(2560, ColorScheme.Light)]
    public async Task Looks_right_and_is_accessible_with_its_panel(int width, ColorScheme scheme)
    {
        var id = await UploadAsync($"look {width}.jpg", TestImages.Evening(1800, 1200, width));
        await using var page = await OpenAsync(
            $"/images/{id}",
            new BrowserNewContextOptions
            {
                ViewportSize = new ViewportSize { Width = width, Height = width < 500 ? 844 : 900 },
                ColorScheme = scheme,
                ReducedMotion = ReducedMotion.Reduce,
            }
        );
        await page.Page.WaitForFunctionAsync("() => document.querySelector('#picture').complete");
        await page.ScreenshotAsync($"viewer-{width}");
        await page.Page.Keyboard.PressAsync("i");
        await Expect(page.Page.Locator(".panel")).ToBeVisibleAsync();
        await page.AssertAccessibleAsync();
        await page.ScreenshotAsync($"viewer-info-{width}");
    }

    private async Task<GalleryPage> OpenAsync(string path = "/", BrowserNewContextOptions? options = null) =>
        await GalleryPage.OpenAsync(await fixture.StartAsync(), chromium, path, options);

    private async Task<long> UploadAsync(string name, byte[]? content = null) =>
        await GalleryPage.UploadAsync(await fixture.StartAsync(), name, content);
}
