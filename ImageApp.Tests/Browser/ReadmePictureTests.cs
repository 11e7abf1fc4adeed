using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.Tests.Application;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Browser;

/// <summary>Takes the README's picture of the gallery: <c>artifacts/screenshots/readme.png</c>, kept as <c>docs/gallery.png</c>.</summary>
public sealed class ReadmePictureTests(RunningApplication fixture, Chromium chromium)
{
    private static readonly string[] Captions =
    [
        "Evening light over three wooded ridges, with a pale sun just above the farthest one.",
        "A calm evening: rolling hills in dark blue under a sky that turns from violet to gold.",
        "Hills at evening, layered like paper, the sun low on the left.",
        "A wide evening sky over soft hills; the nearest ridge is almost black.",
        "Evening haze between the ridges of a quiet valley.",
        "The sun sets behind gentle hills on a clear evening.",
        "Tall evening sky over a narrow strip of dark hills.",
        "A warm evening with green light on the middle ridge.",
        "Evening in the hills, seen through a portrait frame.",
        "Blue ridges and a bright evening sun near the centre.",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_gallery_as_the_readme_shows_it()
    {
        var app = await fixture.StartAsync();
        var ids = new List<long>();
        for (var i = 0; i < Captions.Length; i++)
        {
            var (width, height) = (i % 4) switch
            {
                0 => (1200, 800),
                1 => (1000, 1000),
                2 => (1600, 800),
                _ => (800, 1100),
            };
            using var form = new MultipartFormDataContent
            {
                { new ByteArrayContent(TestImages.Evening(width, height, i)), "file", $"hills {i + 1}.jpg" },
            };
            using var answer = await app.Web.PostAsync("/api/images", form, Cancel);
            ids.Add((long)(await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["images"]![0]!["id"]!);
        }

        foreach (var (i, id) in ids.Index())
        {
            await app.WaitForImageAsync(id, RunningApplication.IsFinished);
            using var edited = await app.Web.PutAsJsonAsync($"/api/images/{id}/caption", new { caption = Captions[i] }, Cancel);
            edited.EnsureSuccessStatusCode();
        }

        await using var page = await GalleryPage.OpenAsync(
            app,
            chromium,
            "/?q=evening",
            new BrowserNewContextOptions
            {
                ViewportSize = new ViewportSize { Width = 1200, Height = 760 },
            }
        );
        await Expect(page.Page.Locator("#count")).ToHaveTextAsync($"{Captions.Length} pictures");
        await page.Page.WaitForFunctionAsync("() => [...document.images].every(image => image.complete && image.naturalWidth > 0)");
        await page.ScreenshotAsync("readme");
    }
}
