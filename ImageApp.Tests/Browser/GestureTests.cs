using System.Globalization;
using System.Net.Http.Json;
using ImageApp.Tests.Application;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Browser;

/// <summary>What fingers, wheel and mouse do in the viewer, with the browser's own touch and mouse events.</summary>
public sealed class GestureTests(RunningApplication fixture, Chromium chromium)
{
    // As wide as high as the pictures: enlarged they fill it, and nothing holds back what is looked at.
    private static readonly ViewportSize Window = new() { Width = 900, Height = 600 };

    // What happens to the transition, as the page itself sees it.
    private const string ObserveTransitions =
        """
        window.transitions = [];
        const start = document.startViewTransition?.bind(document);
        document.startViewTransition = start && (work => {
          const transition = start(work);
          const seen = { parts: [], state: 'started' };
          transitions.push(seen);
          transition.ready.then(async () => {
            const all = document.getAnimations().filter(one => one.effect.pseudoElement?.endsWith('(picture)'));
            seen.parts = [...new Set(all.map(one => one.effect.pseudoElement))].sort();
            seen.state = 'running';
            await Promise.all(all.map(one => one.finished));
            seen.state = 'done';
          }).catch(error => { seen.state = `${error}`; });
          return transition;
        });
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_double_click_shows_the_original_and_another_the_whole_picture()
    {
        var id = await UploadAsync("double click.jpg", 41);
        await using var page = await OpenAsync($"/images/{id}");
        await ShownAsync(page.Page);
        await page.Page.Mouse.DblClickAsync(600, 400);
        await TrueAsync(page.Page, "picture.naturalWidth === 3000");
        Assert.EndsWith($"/images/{id}/original", await CurrentAsync(page.Page), StringComparison.Ordinal);
        await Expect(page.Page.Locator("#stage.zoomed")).ToBeAttachedAsync();
        Assert.Equal(2250, (await BoxAsync(page.Page)).Width, 1.0);
        AssertNear((600.0 / 900, 400.0 / 600), await UnderAsync(page.Page, 600, 400));
        await page.ScreenshotAsync("viewer-zoomed");

        // A change elsewhere in the record leaves it as it is.
        using (await fixture.Web.PutAsJsonAsync($"/api/images/{id}/caption", new { caption = "Seen very near" }, Cancel)) { }
        await Expect(page.Page.Locator("#picture")).ToHaveAttributeAsync("alt", "Seen very near");
        await Expect(page.Page.Locator("#stage.zoomed")).ToBeAttachedAsync();
        await TrueAsync(page.Page, "picture.naturalWidth === 3000");
        Assert.Equal(2250, (await BoxAsync(page.Page)).Width, 1.0);

        await page.Page.Mouse.DblClickAsync(200, 300);
        await TrueAsync(page.Page, "!picture.parentElement.classList.contains('zoomed')");
        Assert.Equal(900, (await BoxAsync(page.Page)).Width, 1.0);
    }

    [Fact]
    public async Task The_wheel_zooms_about_the_pointer()
    {
        var id = await UploadAsync("wheel.jpg", 42);
        await using var page = await OpenAsync($"/images/{id}");
        await ShownAsync(page.Page);
        await page.Page.Mouse.MoveAsync(250, 180);
        var before = await UnderAsync(page.Page, 250, 180);
        await page.Page.Mouse.WheelAsync(0, -300);
        await TrueAsync(page.Page, "Math.abs(picture.getBoundingClientRect().width - 900 * Math.E) < 1");
        AssertNear(before, await UnderAsync(page.Page, 250, 180));
        await TrueAsync(page.Page, "picture.currentSrc.endsWith('/original') && picture.naturalWidth === 3000");
        await page.Page.Mouse.WheelAsync(0, 2000);
        await TrueAsync(page.Page, "!picture.parentElement.classList.contains('zoomed')");
        Assert.Equal(900, (await BoxAsync(page.Page)).Width, 1.0);
        await page.Page.Mouse.WheelAsync(0, -9000);
        await TrueAsync(page.Page, "Math.abs(picture.getBoundingClientRect().width - 8 * 900) < 1");
    }

    [Fact]
    public async Task Enlarged_it_is_dragged_up_to_its_edges()
    {
        var id = await UploadAsync("dragged.jpg", 43);
        await using var page = await OpenAsync($"/images/{id}");
        await ShownAsync(page.Page);
        await page.Page.Mouse.DblClickAsync(450, 300);
        await Expect(page.Page.Locator("#stage.zoomed")).ToBeAttachedAsync();
        var before = await BoxAsync(page.Page);
        await DragAsync(page.Page, 450, 300, 350, 250);
        var after = await BoxAsync(page.Page);
        Assert.Equal((before.X - 100, before.Y - 50), (after.X, after.Y));
        for (var i = 0; i < 3; i++)
        {
            await DragAsync(page.Page, 100, 100, 890, 590);
        }

        Assert.Equal((0, 0), (await BoxAsync(page.Page)) is var topLeft ? ((int)topLeft.X, (int)topLeft.Y) : default);
        for (var i = 0; i < 4; i++)
        {
            await DragAsync(page.Page, 890, 590, 10, 100);
        }

        var bottomRight = await BoxAsync(page.Page);
        Assert.Equal((900, 600), ((int)Math.Round(bottomRight.X + bottomRight.Width), (int)Math.Round(bottomRight.Y + bottomRight.Height)));
        Assert.EndsWith($"/images/{id}", page.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_fingers_zoom_about_what_is_between_them_and_out_again()
    {
        var id = await UploadAsync("pinched.jpg", 44);
        await using var page = await OpenAsync($"/images/{id}", Touch());
        await ShownAsync(page.Page);
        var fingers = await page.Page.Context.NewCDPSessionAsync(page.Page);
        var before = await UnderAsync(page.Page, 300, 240);
        await PinchAsync(fingers, (300, 240), 40, 120);
        await TrueAsync(page.Page, "Math.abs(picture.getBoundingClientRect().width - 2700) < 3");
        AssertNear(before, await UnderAsync(page.Page, 300, 240));
        await TrueAsync(page.Page, "picture.currentSrc.endsWith('/original') && picture.naturalWidth === 3000");

        // Fingers that move together take it along.
        await TouchAsync(fingers, "touchStart", (300, 240), (400, 240));
        for (var moved = 10; moved <= 80; moved += 10)
        {
            await TouchAsync(fingers, "touchMove", (300 + moved, 240 + moved), (400 + moved, 240 + moved));
        }

        await TouchAsync(fingers, "touchEnd");
        await TrueAsync(page.Page, "Math.abs(picture.getBoundingClientRect().width - 2700) < 3");
        AssertNear(before, await UnderAsync(page.Page, 380, 320));

        await PinchAsync(fingers, (450, 300), 150, 20);
        await TrueAsync(page.Page, "!picture.parentElement.classList.contains('zoomed')");
        Assert.Equal(900, (await BoxAsync(page.Page)).Width, 1.0);
        Assert.EndsWith($"/images/{id}", page.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_swipe_leads_on_back_and_out()
    {
        var older = await UploadAsync("axolotl one.jpg", 45);
        var middle = await UploadAsync("axolotl two.jpg", 46);
        await UploadAsync("axolotl three.jpg", 47);
        await using var page = await OpenAsync("/?q=axolotl", Touch());
        var fingers = await page.Page.Context.NewCDPSessionAsync(page.Page);
        await page.Page.EvaluateAsync("window.same = true");
        await page.Page.Locator($"#i{middle} a").TapAsync();
        await Expect(page.Page.Locator("#viewer")).ToHaveAttributeAsync("data-id", $"{middle}");
        await SwipeAsync(fingers, (600, 300), (300, 310));
        await Expect(page.Page.Locator("#viewer")).ToHaveAttributeAsync("data-id", $"{older}");
        await SwipeAsync(fingers, (300, 300), (600, 310));
        await Expect(page.Page.Locator("#viewer")).ToHaveAttributeAsync("data-id", $"{middle}");

        // Enlarged, the same movement looks at another part of it.
        await PinchAsync(fingers, (450, 300), 40, 100);
        await Expect(page.Page.Locator("#stage.zoomed")).ToBeAttachedAsync();
        var before = await BoxAsync(page.Page);
        await SwipeAsync(fingers, (600, 300), (400, 300));
        await TrueAsync(
            page.Page,
            string.Create(CultureInfo.InvariantCulture, $"Math.abs(picture.getBoundingClientRect().left - {before.X - 200}) < 1"));
        await Expect(page.Page.Locator("#viewer")).ToHaveAttributeAsync("data-id", $"{middle}");
        await PinchAsync(fingers, (450, 300), 150, 20);
        await TrueAsync(page.Page, "!picture.parentElement.classList.contains('zoomed')");

        await SwipeAsync(fingers, (450, 150), (460, 400));
        await Expect(page.Page.Locator(".over")).ToHaveCountAsync(0);
        Assert.EndsWith("/?q=axolotl", page.Page.Url, StringComparison.Ordinal);
        Assert.True(await page.Page.EvaluateAsync<bool>("window.same"), "The page was another one.");
    }

    [Theory]
    [InlineData(ReducedMotion.NoPreference)]
    [InlineData(ReducedMotion.Reduce)]
    public async Task It_grows_from_its_tile_and_shrinks_into_it_unless_motion_is_unwanted(ReducedMotion motion)
    {
        var id = await UploadAsync($"transition{motion}.jpg", 48 + (int)motion);
        await using var page = await OpenAsync("/", new BrowserNewContextOptions { ViewportSize = Window, ReducedMotion = motion });
        await page.Page.AddInitScriptAsync(ObserveTransitions);
        await page.GotoAsync($"/?q=transition{motion}");
        await page.Page.WaitForFunctionAsync("() => document.querySelector('#gallery img').naturalWidth > 0");
        await page.Page.Locator($"#i{id} a").ClickAsync();
        await Expect(page.Page.Locator(".over #viewer")).ToHaveAttributeAsync("data-id", $"{id}");
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Page.Locator(".over")).ToHaveCountAsync(0);
        if (motion == ReducedMotion.Reduce)
        {
            Assert.Equal(0, await page.Page.EvaluateAsync<int>("transitions.length"));
            return;
        }

        string[] parts = ["group(picture)", "new(picture)", "old(picture)"];
        await TrueAsync(page.Page, "transitions.length === 2 && transitions.every(one => !['started', 'running'].includes(one.state))");
        foreach (var seen in await page.Page.EvaluateAsync<string[]>("transitions.map(one => `${one.state}: ${one.parts}`)"))
        {
            Assert.StartsWith("done: ", seen, StringComparison.Ordinal);
            Assert.All(parts, part => Assert.Contains(part, seen, StringComparison.Ordinal));
        }
    }

    private static BrowserNewContextOptions Touch() => new() { ViewportSize = Window, HasTouch = true, IsMobile = true };

    private static Task ShownAsync(IPage page) => TrueAsync(page, "picture.complete && picture.naturalWidth > 0");

    // Says what is the case where it does not become true.
    private static async Task TrueAsync(IPage page, string condition)
    {
        try
        {
            await page.WaitForFunctionAsync($"() => {{ const picture = document.querySelector('#picture'); return {condition}; }}");
        }
        catch (TimeoutException)
        {
            Assert.Fail(
                $"Never true: {condition}. "
                    + await page.EvaluateAsync<string>(
                        """
                        () => {
                          const picture = document.querySelector('.stage > img');
                          return JSON.stringify([picture?.parentElement.outerHTML, picture?.currentSrc, picture?.naturalWidth,
                            picture?.getBoundingClientRect(), window.transitions]);
                        }
                        """));
        }
    }

    private static Task<string> CurrentAsync(IPage page) => page.EvaluateAsync<string>("document.querySelector('#picture').currentSrc");

    private static Task<Box> BoxAsync(IPage page) => GalleryPage.BoxAsync(page, "#picture");

    private static void AssertNear((double Across, double Down) expected, (double Across, double Down) actual)
    {
        Assert.Equal(expected.Across, actual.Across, 0.003);
        Assert.Equal(expected.Down, actual.Down, 0.003);
    }

    /// <summary>Which part of the picture is seen at a point, in parts of its width and height.</summary>
    private static async Task<(double Across, double Down)> UnderAsync(IPage page, double x, double y)
    {
        var box = await BoxAsync(page);
        return ((x - box.X) / box.Width, (y - box.Y) / box.Height);
    }

    private static async Task DragAsync(IPage page, float fromX, float fromY, float toX, float toY)
    {
        await page.Mouse.MoveAsync(fromX, fromY);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(toX, toY, new MouseMoveOptions { Steps = 5 });
        await page.Mouse.UpAsync();
    }

    private static async Task SwipeAsync(ICDPSession fingers, (double X, double Y) from, (double X, double Y) to)
    {
        await TouchAsync(fingers, "touchStart", from);
        for (var step = 1; step <= 10; step++)
        {
            await TouchAsync(fingers, "touchMove", (from.X + ((to.X - from.X) * step / 10), from.Y + ((to.Y - from.Y) * step / 10)));
        }

        await TouchAsync(fingers, "touchEnd");
    }

    private static async Task PinchAsync(ICDPSession fingers, (double X, double Y) about, double from, double to)
    {
        await TouchAsync(fingers, "touchStart", (about.X - from, about.Y), (about.X + from, about.Y));
        for (var step = 1; step <= 10; step++)
        {
            var apart = from + ((to - from) * step / 10);
            await TouchAsync(fingers, "touchMove", (about.X - apart, about.Y), (about.X + apart, about.Y));
        }

        await TouchAsync(fingers, "touchEnd");
    }

    private static async Task TouchAsync(ICDPSession fingers, string type, params (double X, double Y)[] points) =>
        await fingers.SendAsync(
            "Input.dispatchTouchEvent",
            new Dictionary<string, object>
            {
                ["type"] = type,
                ["touchPoints"] = points
                    .Select((point, i) => new Dictionary<string, object> { ["x"] = point.X, ["y"] = point.Y, ["id"] = i })
                    .ToArray(),
            });

    private async Task<GalleryPage> OpenAsync(string path, BrowserNewContextOptions? options = null) =>
        await GalleryPage.OpenAsync(
            await fixture.StartAsync(), chromium, path, options ?? new BrowserNewContextOptions { ViewportSize = Window });

    private async Task<long> UploadAsync(string name, int seed) =>
        await GalleryPage.UploadAsync(await fixture.StartAsync(), name, TestImages.Evening(3000, 2000, seed));
}
