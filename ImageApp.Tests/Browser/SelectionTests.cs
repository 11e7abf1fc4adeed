using System.IO.Compression;
using ImageApp.Tests.Application;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Browser;

/// <summary>Selecting pictures with a mouse, a finger and keys, and what is done with the selection.</summary>
public sealed class SelectionTests(RunningApplication fixture, Chromium chromium)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_range_a_day_all_and_none_are_selected_and_nothing_moves()
    {
        var ids = new List<long>();
        for (var i = 0; i < 4; i++)
        {
            ids.Add(await UploadAsync($"axolotl {i}.jpg"));
        }

        await using var page = await OpenAsync("/?q=axolotl");
        await page.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('#gallery img')].every(one => one.complete)");
        var before = await page.BoxAsync($"#i{ids[0]}");
        await page.Page.Locator($"#i{ids[3]} input").CheckAsync();
        await Expect(page.Page.Locator("#selected-text")).ToHaveTextAsync("1 selected");
        var after = await page.BoxAsync($"#i{ids[0]}");
        Assert.Equal((before.X, before.Y), (after.X, after.Y));
        await page.AssertAccessibleAsync();

        await page.Page.Locator($"#i{ids[1]} input").ClickAsync(new LocatorClickOptions { Modifiers = [KeyboardModifier.Shift] });
        await Expect(page.Page.Locator("#selected-text")).ToHaveTextAsync("3 selected");
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Page.Locator("#selected")).ToBeHiddenAsync();
        await page.Page.Locator(".day").CheckAsync();
        await Expect(page.Page.Locator("#selected-text")).ToHaveTextAsync("4 selected");
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Select none" }).ClickAsync();
        await Expect(page.Page.Locator("#selected")).ToBeHiddenAsync();
        await page.Page.Locator("body").PressAsync("Control+a");
        await Expect(page.Page.Locator("#selected-text")).ToHaveTextAsync("4 selected");
        await page.ScreenshotAsync("selection-1280");
    }

    [Fact]
    public async Task Keys_move_in_the_grid_open_select_search_and_are_listed()
    {
        var ids = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add(await UploadAsync($"pangolin {i}.jpg"));
        }

        await using var page = await OpenAsync("/?q=pangolin");
        Assert.Equal(
            1,
            await page.Page.EvaluateAsync<int>(
                "[...document.querySelectorAll('#gallery a, #gallery input')].filter(one => one.tabIndex === 0).length"
            )
        );
        await page.Page.Locator($"#i{ids[2]} a").FocusAsync();
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Page.Locator($"#i{ids[1]} a")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Space");
        await Expect(page.Page.Locator("#selected-text")).ToHaveTextAsync("1 selected");
        await page.Page.Keyboard.PressAsync("Shift+ArrowRight");
        await Expect(page.Page.Locator("#selected-text")).ToHaveTextAsync("2 selected");
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Page.Keyboard.PressAsync("End");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.Locator(".over #viewer")).ToHaveAttributeAsync("data-id", $"{ids[0]}");
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Page.Locator($"#i{ids[0]} a")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("?");
        await Expect(page.Page.GetByRole(AriaRole.Dialog, new PageGetByRoleOptions { Name = "Keys" })).ToBeVisibleAsync();
        await page.AssertAccessibleAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Page.Keyboard.PressAsync("/");
        await Expect(page.Page.GetByRole(AriaRole.Searchbox)).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Selected_pictures_are_downloaded_as_one_zip_and_deleted_together_with_a_question()
    {
        var first = await UploadAsync("same name.jpg");
        var second = await UploadAsync("same name.jpg");
        await using var page = await OpenAsync("/?q=%22same%20name%22");
        await page.Page.Locator($"#i{first} input").CheckAsync();
        await page.Page.Locator($"#i{second} input").CheckAsync();
        await Expect(page.Page.Locator("#selected-text")).ToHaveTextAsync("2 selected");
        var download = await page.Page.RunAndWaitForDownloadAsync(() =>
            page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Download" }).ClickAsync()
        );
        await using (var zip = await ZipFile.OpenReadAsync(await download.PathAsync(), Cancel))
        {
            Assert.Equal(2, zip.Entries.Count);
            Assert.Equal(2, zip.Entries.Select(entry => entry.Name).Distinct().Count());
            Assert.All(zip.Entries, entry => Assert.Equal(TestImages.Jpeg(400, 300).Length, entry.Length));
        }

        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Delete", Exact = true }).ClickAsync();
        var question = page.Page.GetByRole(AriaRole.Dialog, new PageGetByRoleOptions { Name = "Move 2 pictures to the trash?" });
        await Expect(question).ToBeVisibleAsync();
        await page.AssertAccessibleAsync();
        await question.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Cancel" }).ClickAsync();
        await Expect(page.Page.Locator($"#i{first}")).ToBeVisibleAsync();
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Delete", Exact = true }).ClickAsync();
        await question.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Delete" }).ClickAsync();
        await Expect(page.Page.GetByText("2 pictures were deleted.")).ToBeVisibleAsync();
        await Expect(page.Page.Locator($"#i{first}")).ToHaveCountAsync(0);

        // The undo outlives the page.
        await page.GotoAsync("/albums");
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Undo" }).ClickAsync();
        await Expect(page.Page.Locator("#undo")).ToBeHiddenAsync();
        await page.GotoAsync("/?q=%22same%20name%22");
        await Expect(page.Page.Locator($"#i{second}")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_long_press_begins_a_selection_on_a_telephone()
    {
        var first = await UploadAsync("capybara one.jpg");
        var second = await UploadAsync("capybara two.jpg");
        await using var page = await OpenAsync(
            "/?q=capybara",
            new BrowserNewContextOptions
            {
                ViewportSize = new ViewportSize { Width = 390, Height = 844 },
                HasTouch = true,
                IsMobile = true,
            }
        );
        await Expect(page.Page.Locator($"#i{first} input")).ToBeHiddenAsync();
        var finger = new { pointerType = "touch", pointerId = 1, bubbles = true };
        await page.Page.Locator($"#i{first} a").DispatchEventAsync("pointerdown", finger);
        await Expect(page.Page.Locator("#selected-text")).ToHaveTextAsync("1 selected");
        await page.Page.Locator($"#i{first} a").DispatchEventAsync("pointerup", finger);
        await page.Page.Locator($"#i{second} a").TapAsync();
        await Expect(page.Page.Locator("#selected-text")).ToHaveTextAsync("2 selected");
        await page.AssertAccessibleAsync();
        await page.ScreenshotAsync("selection-390");
    }

    private async Task<GalleryPage> OpenAsync(string path = "/", BrowserNewContextOptions? options = null) =>
        await GalleryPage.OpenAsync(await fixture.StartAsync(), chromium, path, options);

    private async Task<long> UploadAsync(string name) => await GalleryPage.UploadAsync(await fixture.StartAsync(), name);
}
