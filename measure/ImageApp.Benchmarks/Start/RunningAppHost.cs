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
        var start = new ProcessStartInfo(
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
            ])
        {
            WorkingDirectory = project,
            RedirectStandardOutput = true,
        };

        // What is measured has an AWS of its own, whatever the shell is set to.
        start.Environment.Remove("AWS_ENDPOINT_URL");
        var process = Process.Start(start)!;
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

    /// <summary>The ids of those of its processes that run one of some programs.</summary>
    public IReadOnlyList<int> ProcessesOf(params string[] programs)
    {
        // The orchestrator detaches itself, but names the process it watches.
        var id = FormattableString.Invariant($"{_process.Id}");
        var orchestrators = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
            .Where(other => other > 0
                && CommandLine(other) is var line
                && line.IndexOf("--monitor") is var i and >= 0
                && line[i + 1] == id);
        return
        [
            .. orchestrators.Prepend(_process.Id)
                .SelectMany(MeasuredProcess.Tree)
                .Distinct()
                .Where(process => programs.Contains(ProgramOf(CommandLine(process)))),
        ];
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

    // What dotnet runs is known by its file.
    private static string ProgramOf(List<string> line) => line switch
    {
        [var dotnet, var program, ..] when Path.GetFileName(dotnet) == "dotnet" => Path.GetFileNameWithoutExtension(program),
        [var program, ..] => Path.GetFileName(program),
        _ => "",
    };

    private static List<string> CommandLine(int id)
    {
        try
        {
            return [.. File.ReadAllText($"/proc/{id}/cmdline").Split('\0')];
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return [];
        }
    }
}
