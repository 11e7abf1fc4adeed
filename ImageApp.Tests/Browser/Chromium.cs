using ImageApp.Tests.Browser;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace ImageApp.Tests.Browser;

/// <summary>One real Chromium of this machine for all tests; each test takes its own context of it.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private readonly SemaphoreSlim _gate = new(1, 1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>How it is started.</summary>
    internal static BrowserTypeLaunchOptions LaunchOptions() => new()
    {
        ExecutablePath =
            Programs.FirstOrDefault(File.Exists) ?? throw new InvalidOperationException("Chromium is not installed; ./test installs it."),
        Args =
        [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Opens a context; the browser starts with the first.</summary>
    public async Task<IBrowserContext> OpenAsync(BrowserNewContextOptions? options = null)
    {
        await _gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _playwright ??= await Playwright.CreateAsync();
            Assertions.SetDefaultExpectTimeout(30_000);
            _browser ??= await _playwright.Chromium.LaunchAsync(LaunchOptions());
        }
        finally
        {
            _gate.Release();
        }

        var context = await _browser.NewContextAsync(options);
        context.SetDefaultTimeout(30_000);
        return context;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
