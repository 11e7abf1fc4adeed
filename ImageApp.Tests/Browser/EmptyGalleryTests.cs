using ImageApp.Tests.Database;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Browser;

/// <summary>The gallery before its first picture, and with it.</summary>
public sealed class EmptyGalleryTests(DatabaseServer database, Chromium chromium)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_says_how_to_begin_at_every_width_and_the_first_picture_takes_its_place()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await aws.S3.PutBucketAsync(WebProcess.Bucket, Cancel);
        await using var web = await WebProcess.StartAsync(await database.CreateDatabaseAsync(), aws.Server.Endpoint.Port, aws);
        foreach (var (width, scheme) in new[]
        {
            (390, ColorScheme.Dark), (820, ColorScheme.Light), (1440, ColorScheme.Dark), (2560, ColorScheme.Light),
        })
        {
            await using var page = await GalleryPage.OpenAsync(
                web.Address,
                chromium,
                "/",
                new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = 844 }, ColorScheme = scheme }
            );
            await Expect(page.Page.Locator("#empty").GetByText("No pictures yet")).ToBeVisibleAsync();
            await Expect(page.Page.Locator("#empty .button")).ToHaveCountAsync(1);
            await page.AssertAccessibleAsync();
            await page.ScreenshotAsync($"empty-{width}");

            // What is dragged over the window makes all of it the target.
            await page.Page.EvaluateAsync(
                """
                () => {
                  const data = new DataTransfer();
                  data.items.add(new File(['x'], 'x.jpg', { type: 'image/jpeg' }));
                  dispatchEvent(new DragEvent('dragenter', { dataTransfer: data, bubbles: true }));
                }
                """
            );
            var box = await page.BoxAsync("#drop");
            Assert.InRange(box.Width, width - 40, width);
            await page.ScreenshotAsync($"drop-{width}");
        }

        await using var first = await GalleryPage.OpenAsync(web.Address, chromium);
        await first.ChooseAsync(("first.jpg", "image/jpeg", Application.TestImages.Jpeg(400, 300)));
        await Expect(first.Page.Locator("#gallery li")).ToHaveCountAsync(1);
        await Expect(first.Page.Locator("#empty")).ToHaveCountAsync(0);
    }
}
