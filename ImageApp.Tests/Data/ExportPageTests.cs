using System.IO.Compression;
using System.Text.Json.Nodes;
using ImageApp.Tests.Application;
using ImageApp.Tests.Browser;
using ImageApp.Web.Export;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Data;

/// <summary>The page of export and import in a browser, on the running application.</summary>
public sealed class ExportPageTests(RunningApplication fixture, Chromium chromium)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Takes_a_zip_and_gives_one_and_no_model_describes_what_is_described(bool script)
    {
        var app = await fixture.StartAsync();
        var (name, width) = script ? ("exportable.jpg", 421) : ("importable.jpg", 422);
        await using var page = await GalleryPage.OpenAsync(
            app, chromium, "/export", new BrowserNewContextOptions { JavaScriptEnabled = script });
        if (script)
        {
            await page.AssertAccessibleAsync();
        }

        await page.Page.GetByLabel("A zip").SetInputFilesAsync(
            new FilePayload { Name = "one.zip", MimeType = "application/zip", Buffer = Zip(name, TestImages.Jpeg(width, 301)) });
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Import" }).ClickAsync();
        await Expect(page.Page.Locator("#imported")).ToContainTextAsync("1 picture came in");

        // The functions have seen it, and have left the caption as it is.
        var list = JsonNode.Parse(await app.Web.GetStringAsync($"/api/images?q={name}", Cancel))!;
        var id = (long)list["images"]!.AsArray().Single()!["id"]!;
        var image = await app.WaitForImageAsync(id, image => image["thumbnailUrl"] is not null && image["width"] is not null);
        Assert.Equal("Described by hand elsewhere.", (string?)image["caption"]);
        Assert.NotNull(image["captionEditedAt"]);
        Assert.Null(image["captionGeneratedAt"]);

        await page.GotoAsync("/export");
        var downloading = page.Page.WaitForDownloadAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Export everything" }).ClickAsync();
        var download = await downloading;
        Assert.Matches("^gallery-[0-9-]{10}[.]zip$", download.SuggestedFilename);
        await using var archive = await ZipArchive.CreateAsync(
            await download.CreateReadStreamAsync(), ZipArchiveMode.Read, leaveOpen: false, entryNameEncoding: null, Cancel);
        Assert.NotNull(archive.GetEntry($"pictures/{name}"));
        Assert.NotNull(archive.GetEntry($"pictures/{name}.xmp"));
    }

    private static byte[] Zip(string name, byte[] content)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(name, content);
            Add(name + XmpSidecar.Extension, new XmpSidecar("Described by hand elsewhere.", null, IsFavourite: false, []).ToBytes());

            void Add(string entry, byte[] bytes)
            {
                using var target = archive.CreateEntry(entry).Open();
                target.Write(bytes);
            }
        }

        return stream.ToArray();
    }
}
