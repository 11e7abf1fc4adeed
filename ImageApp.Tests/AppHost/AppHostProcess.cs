using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.Tests.Application;

namespace ImageApp.Tests.AppHost;

/// <summary>The AppHost as a process of its own, with data in a folder of the test's and the gallery on a free port.</summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    private readonly Process _process;

    private AppHostProcess(Process process, HttpClient web)
    {
        _process = process;
        Web = web;
    }

    /// <summary>A client of the gallery.</summary>
    public HttpClient Web { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>Starts it and waits until the gallery is healthy.</summary>
    public static async Task<AppHostProcess> StartAsync(
        string folder,
        IEnumerable<KeyValuePair<string, string>> environment,
        params string[] arguments
    )
    {
        var port = FreePort.Next();
        var start = new ProcessStartInfo(
            "dotnet",
            [
                Path.Combine(
                    AppContext.BaseDirectory.Replace("ImageApp.Tests", "ImageApp.AppHost", StringComparison.Ordinal),
                    "ImageApp.AppHost.dll"
                ),
                $"--Gallery:Port={port}",
                "--LocalAws:Port=0",
                $"--LocalAws:DataDirectory={folder}/aws",
                $"--LocalMySql:DataDirectory={folder}/mysql",
                "--ASPNETCORE_URLS=http://localhost:0",
                "--ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=http://localhost:0",
                "--ASPIRE_ALLOW_UNSECURED_TRANSPORT=true",
                .. arguments,
            ]
        )
        {
            WorkingDirectory = Path.Combine(RepositoryRoot.Path, "ImageApp.AppHost"),
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };

        // Another fixture of this process may have set its own.
        start.Environment.Remove("AWS_ENDPOINT_URL");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var host = new AppHostProcess(process, new HttpClient { BaseAddress = new Uri($"http://localhost:{port}") });
        try
        {
            await host.HealthyAsync();
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        return host;
    }

    /// <summary>Uploads an image and waits for both results.</summary>
    public async Task<JsonObject> UploadAsync(byte[] content, string name)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", name } };
        using var uploaded = await Web.PostAsync("/api/images", form, Cancel);
        var id = (long)(await uploaded.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["images"]![0]!["id"]!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var image = (await Web.GetFromJsonAsync<JsonObject>($"/api/images/{id}", deadline.Token))!;
            if (RunningApplication.IsFinished(image))
            {
                return image;
            }

            await Task.Delay(100, deadline.Token);
        }
    }

    /// <summary>Ends it as a power cut does, and waits until the orchestrator has ended everything that it had started.</summary>
    public async Task KillAsync()
    {
        var processes = ProcessTree.Of(Id);
        _process.Kill();
        await _process.WaitForExitAsync(Cancel);
        await Support.Eventually.HoldsAsync(
            () => Task.FromResult(ProcessTree.StillRunning(processes).Count == 0),
            () => $"Still running: {string.Join('\n', ProcessTree.StillRunning(processes))}");
        Web.Dispose();
        _process.Dispose();
    }

    /// <summary>Ends it as Ctrl-C does.</summary>
    public async ValueTask DisposeAsync()
    {
        Web.Dispose();
        using (var kill = Process.Start("kill", ["-INT", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        _process.Dispose();
    }

    private async Task HealthyAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(TimeSpan.FromSeconds(120));
        while (true)
        {
            Assert.False(_process.HasExited, "The AppHost ended.");
            try
            {
                using var answer = await Web.GetAsync("/health", deadline.Token);
                if (
                    answer.StatusCode == HttpStatusCode.OK
                    && (string?)(await answer.Content.ReadFromJsonAsync<JsonObject>(deadline.Token))!["status"] == "Healthy"
                )
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(100, deadline.Token);
        }
    }
}
