using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.Tests.Application;
using Microsoft.Playwright;

namespace ImageApp.Tests.Browser;

/// <summary>One browser page on the running application, with what every test asks of it.</summary>
internal sealed class GalleryPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _foreign = [];

    private readonly bool _script;

    private GalleryPage(IBrowserContext context, IPage page, bool script)
    {
        _script = script;
        _context = context;
        Page = page;
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { IsLoopback: false, Scheme: "http" or "https" })
            {
                _foreign.Add(request.Url);
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Requests to anywhere but this machine.</summary>
    public IReadOnlyList<string> Foreign => _foreign;

    public static Task<GalleryPage> OpenAsync(
        RunningApplication app,
        Chromium chromium,
        string path = "/",
        BrowserNewContextOptions? options = null
    ) => OpenAsync(app.Web.BaseAddress!, chromium, path, options);

    public static async Task<GalleryPage> OpenAsync(
        Uri gallery,
        Chromium chromium,
        string path = "/",
        BrowserNewContextOptions? options = null
    )
    {
        options ??= new BrowserNewContextOptions();
        options.BaseURL = gallery.ToString();
        var context = await chromium.OpenAsync(options);
        var page = new GalleryPage(context, await context.NewPageAsync(), options.JavaScriptEnabled != false);
        await page.GotoAsync(path);
        return page;
    }

    /// <summary>Opens an address and waits until its script is there, where there is script.</summary>
    public async Task GotoAsync(string path)
    {
        await Page.GotoAsync(path);
        if (_script)
        {
            await ReadyAsync();
        }
    }

    /// <summary>Waits until the page's script is there.</summary>
    public Task ReadyAsync() => Assertions.Expect(Page.Locator("html.ready")).ToBeAttachedAsync();

    public Task ChooseAsync(params (string Name, string Type, byte[] Content)[] files) =>
        Page.Locator("#file")
            .SetInputFilesAsync(
                files.Select(file => new FilePayload
                {
                    Name = file.Name,
                    MimeType = file.Type,
                    Buffer = file.Content,
                })
            );

    /// <summary>Asks axe for violations of WCAG 2.2 AA, and fails with them.</summary>
    public Task AssertAccessibleAsync() => AssertAccessibleAsync(Page);

    /// <summary>Asks axe for violations of WCAG 2.2 AA in any page, and fails with them.</summary>
    public static async Task AssertAccessibleAsync(IPage page)
    {
        // Evaluated, not added as a tag: the page's own policy refuses scripts that are not its own.
        await page.EvaluateAsync(
            await File.ReadAllTextAsync(
                Path.Combine(RepositoryRoot.Path, ".local/axe/node_modules/axe-core/axe.min.js"),
                TestContext.Current.CancellationToken
            )
        );
        var violations = await page.EvaluateAsync<string[]>(
            "async () => (await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })).violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | '))"
        );
        Assert.True(violations.Length == 0, string.Join('\n', violations));
    }

    /// <summary>Where an element is, in CSS pixels: asked in one go, since a live change can replace it between two questions.</summary>
    public static async Task<Box> BoxAsync(IPage page, string selector)
    {
        await using var box = await page.WaitForFunctionAsync(
            """
            selector => {
              const box = document.querySelector(selector)?.getBoundingClientRect();
              return box && [box.x, box.y, box.width, box.height];
            }
            """,
            selector
        );
        var sides = await box.JsonValueAsync<float[]>();
        return new Box(sides[0], sides[1], sides[2], sides[3]);
    }

    /// <summary>Where an element of this page is.</summary>
    public Task<Box> BoxAsync(string selector) => BoxAsync(Page, selector);

    public Task ScreenshotAsync(string name) =>
        Page.ScreenshotAsync(
            new PageScreenshotOptions { Path = Path.Combine(RepositoryRoot.Path, "artifacts", "screenshots", name + ".png") }
        );

    /// <summary>Uploads a picture by the API and waits until it is described.</summary>
    public static async Task<long> UploadAsync(RunningApplication app, string name, byte[]? content = null)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content ?? TestImages.Jpeg(400, 300)), "file", name } };
        using var answer = await app.Web.PostAsync("/api/images", form, cancel);
        var id = (long)(await answer.Content.ReadFromJsonAsync<JsonObject>(cancel))!["images"]![0]!["id"]!;
        await app.WaitForImageAsync(id, RunningApplication.IsFinished);
        return id;
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
