using System.Diagnostics;
using System.Net;
using ImageApp.Benchmarks.Processes;

namespace ImageApp.Benchmarks.Start;

/// <summary>The built AppHost as a process, on data folders and ports of its own.</summary>
internal sealed class RunningAppHost : IAsyncDisposable
{
    private readonly Process _process;

    private RunningAppHost(Process process, HttpClient web, TimeSpan startedAfter)
    {
        _process = process;
        Web = web;
        StartedAfter = startedAfter;
    }

    /// <summary>A client of the web app.</summary>
    public HttpClient Web { get; }

    /// <summary>From the start of the process to the first healthy answer of the web app.</summary>
    public TimeSpan StartedAfter { get; }

    public static async Task<RunningAppHost> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var project = Path.GetFullPath("ImageApp.AppHost");
        var port = FreePort.Next();
        var clock = Stopwatch.StartNew();
        var process = Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [
                    Path.Combine(project, "bin/Debug/net10.0/ImageApp.AppHost.dll"),
                    $"--LocalAws:DataDirectory={folder}/aws",
                    $"--LocalMySql:DataDirectory={folder}/mysql",
                    FormattableString.Invariant($"--Gallery:Port={port}"),
                    "--LocalAws:Port=0",
                    "--ASPNETCORE_URLS=http://localhost:0",
                    "--ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=http://localhost:0",
                    "--ASPIRE_ALLOW_UNSECURED_TRANSPORT=true",
                ]
            )
            {
                WorkingDirectory = project,
                RedirectStandardOutput = true,
            }
        )!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var web = new HttpClient
        {
            BaseAddress = new Uri(FormattableString.Invariant($"http://localhost:{port}")),
            Timeout = TimeSpan.FromSeconds(30),
        };
        try
        {
            while (!await IsHealthyAsync(web, cancellationToken))
            {
                if (process.HasExited)
                {
                    throw new InvalidOperationException($"The AppHost ended with {process.ExitCode}; its error output is above.");
                }

                await Task.Delay(20, cancellationToken);
            }

            return new RunningAppHost(process, web, clock.Elapsed);
        }
        catch
        {
            await new RunningAppHost(process, web, clock.Elapsed).DisposeAsync();
            throw;
        }
    }

    /// <summary>The ids of all its processes: the orchestrator detaches itself, but names the process it watches.</summary>
    public IReadOnlyList<int> Processes()
    {
        var watching = FormattableString.Invariant($"--monitor {_process.Id} ");
        var orchestrators = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
            .Where(id => id > 0 && CommandLine(id).Contains(watching, StringComparison.Ordinal));
        return [.. orchestrators.Prepend(_process.Id).SelectMany(MeasuredProcess.Tree).Distinct()];
    }

    public async ValueTask DisposeAsync()
    {
        Web.Dispose();
        using var kill = Process.Start("kill", ["-INT", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<bool> IsHealthyAsync(HttpClient web, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await web.GetAsync("/health", cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK
                && (await answer.Content.ReadAsStringAsync(cancellationToken)).Contains("\"status\":\"Healthy\"", StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            // Not yet.
            return false;
        }
    }

    private static string CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return "";
        }
    }
}
