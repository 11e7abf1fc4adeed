using ImageApp.Tests.Application;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Browser;

/// <summary>What is on paper: pictures and words, and nothing to press.</summary>
public sealed class PrintTests(RunningApplication fixture, Chromium chromium)
{
    // Text that is seen, and is too light for paper.
    private const string PaleScript =
        """
        () => [...document.querySelectorAll('body *')].filter(one => one.checkVisibility({ opacityProperty: true, visibilityProperty: true })
            && !one.closest('.hidden') && one.getBoundingClientRect().width > 1
            && [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())
            && !one.closest('.row .text, .mark'))
          .filter(one => getComputedStyle(one).color.match(/\d+/g).slice(0, 3).some(part => part > 130))
          .map(one => one.outerHTML.slice(0, 200))
        """;

    [Fact]
    public async Task The_gallery_is_printed_without_what_can_be_pressed()
    {
        var app = await fixture.StartAsync();
        await GalleryPage.UploadAsync(app, "printable one.jpg", TestImages.Evening(900, 600, 61));
        await GalleryPage.UploadAsync(app, "printable two.jpg", TestImages.Evening(600, 900, 62));
        await using var page = await OpenAsync(app, "/?q=printable");
        await page.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('#gallery img')].every(one => one.naturalWidth > 0)");
        await NothingToPressAsync(page.Page);
        await page.ScreenshotAsync("print-gallery");
    }

    [Fact]
    public async Task A_picture_is_printed_with_its_caption_below_it()
    {
        var app = await fixture.StartAsync();
        var id = await GalleryPage.UploadAsync(app, "on paper.jpg", TestImages.Evening(900, 600, 63));
        await using var page = await OpenAsync(app, $"/images/{id}");
        await page.Page.WaitForFunctionAsync("() => document.querySelector('#picture').naturalWidth > 0");
        await NothingToPressAsync(page.Page);
        await page.ScreenshotAsync("print-picture");
        var picture = await page.BoxAsync("#picture");
        var caption = await page.BoxAsync("#caption");
        Assert.InRange(picture.Height, 200, 800);
        Assert.True(
            caption.Y >= picture.Y + picture.Height - 1,
            $"The caption is at {caption.Y}, the picture ends at {picture.Y + picture.Height}."
        );
    }

    private static async Task NothingToPressAsync(IPage page)
    {
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        foreach (var element in await page.Locator("button, input, select, summary, .bar, .filters, .tools, .edge, #queue").AllAsync())
        {
            await Expect(element).ToBeHiddenAsync();
        }

        Assert.Empty(await page.EvaluateAsync<string[]>(PaleScript));
        Assert.Contains(
            await page.EvaluateAsync<string>("getComputedStyle(document.documentElement).backgroundColor"),
            new[] { "rgb(255, 255, 255)", "rgba(0, 0, 0, 0)" });
    }

    private async Task<GalleryPage> OpenAsync(RunningApplication app, string path) =>
        await GalleryPage.OpenAsync(
            app, chromium, path, new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 794, Height = 1123 } });
}
