using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.Tests.Application;

namespace ImageApp.Tests.AppHost;

/// <summary>The AppHost as the program it is: what it brings up, and that nothing of it is left.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class AppHostProcessTests : IDisposable
{
    private static readonly string[] Everything =
    [
        "/ImageApp.Web",
        "/ImageApp.ThumbnailFunction",
        "/ImageApp.CaptionFunction",
        "--datadir=",
    ];

    private readonly List<Process> _hosts = [];
    private readonly HashSet<int> _drained = [];
    private readonly ConcurrentQueue<string> _output = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("imageapp-host-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var host in _hosts)
        {
            // A test that failed may have left it running; the orchestrator then ends the rest.
            if (!host.HasExited)
            {
                host.Kill();
                host.WaitForExit();
            }

            host.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("KILL")]
    public async Task Leaves_no_process_behind(string signal)
    {
        var host = Start();
        Drain(host);
        var processes = await WaitForProcessesAsync(host, Everything);
        await SignalAsync(host, signal);
        await host.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        if (signal == "INT")
        {
            // Asked to, it ends everything before it ends itself.
            Assert.Equal(0, host.ExitCode);
            AssertEnded(processes);
        }

        var deadline = Stopwatch.StartNew();
        while (ProcessTree.StillRunning(processes) is { Count: > 0 } left)
        {
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(30), $"Still running: {string.Join('\n', left)}");
            await Task.Delay(50, Cancel);
        }
    }

    [Theory]
    [InlineData("install-db", "--bootstrap")]
    [InlineData("--init-file=")]
    [InlineData("/ImageApp.ThumbnailFunction")]
    [InlineData("/ImageApp.Web")]
    public async Task Ended_while_it_starts_it_leaves_no_process_behind_and_complains_of_nothing(params string[] begun)
    {
        var host = Start();
        Drain(host);
        var processes = await WaitForProcessesAsync(host, begun);
        await SignalAsync(host, "INT");
        await host.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        Assert.Equal(0, host.ExitCode);
        AssertEnded(processes);
        Assert.DoesNotContain(_output, line => new[] { "Unhandled", "Hosting failed", " at ImageApp." }.Any(line.Contains));
    }

    [Fact]
    public async Task Keeps_the_databases_password_and_files_to_their_owner()
    {
        var host = Start();
        Drain(host);
        await WaitForProcessesAsync(host, Everything);
        var secrets = Directory.EnumerateFiles(Path.Combine(_folder, "mysql"), "*password*").ToList();
        var secret = Assert.Single(secrets);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(secret));
        Assert.True((await File.ReadAllTextAsync(secret, Cancel)).Trim().Length >= 20);
        await SignalAsync(host, "INT");
        await host.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    [Fact]
    public async Task A_database_whose_files_cannot_be_made_is_named_at_the_terminal_with_its_reason()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "mysql"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "mysql", "data"), "no directory", Cancel);
        var host = Start();
        await SaysAsync(host, "mysql failed to start", "could not be made");
        await SignalAsync(host, "INT");
        await host.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    [Fact]
    public async Task A_database_that_ends_by_itself_is_named_at_the_terminal_with_its_last_lines()
    {
        // As if somebody had emptied the folder by hand.
        Directory.CreateDirectory(Path.Combine(_folder, "mysql", "data"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "mysql", "initialised"), "", Cancel);
        var host = Start();
        await SaysAsync(host, "mysql ended by itself with exit code", "[ERROR]");
        await SignalAsync(host, "INT");
        await host.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        Assert.DoesNotContain(_output, line => line.Contains("web ended by itself", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_port_in_use_ends_it_with_a_message_that_names_it()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        var host = Start($"--LocalAws:Port={port}");
        var error = host.StandardError.ReadToEndAsync(Cancel);
        await host.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        Assert.Equal(1, host.ExitCode);
        var message = await error;
        Assert.Contains($"Port {port}", message);
        Assert.Contains($"(process {Environment.ProcessId})", message);
        Assert.Contains("--LocalAws:Port=", message);
        Assert.DoesNotContain("   at ", message);
    }

    [Fact]
    public async Task A_function_that_cannot_start_is_named_at_the_terminal_once_it_is_not_started_again()
    {
        var host = Start("--Captioning:Timeout=-00:00:01", "--LocalAws:MaximumStarts=2");
        const string Ready = "The gallery is ready: ";
        await SaysAsync(host, "CaptionFunction ended by itself with exit code", "Captioning:Timeout", Ready);
        var address = _output.First(line => line.Contains(Ready, StringComparison.Ordinal)).Split(Ready)[1].Split(' ')[0];
        using var web = new HttpClient { BaseAddress = new Uri(address) };
        using var form = new MultipartFormDataContent { { new ByteArrayContent(TestImages.Jpeg(30, 20)), "file", "a.jpg" } };
        using (var answer = await web.PostAsync("/api/images", form, Cancel))
        {
            answer.EnsureSuccessStatusCode();
        }

        await SaysAsync(host, "CaptionFunction does not poll. Not started again after 2 attempts", "Restart it when that is mended");
        await SignalAsync(host, "INT");
        await host.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    [Fact]
    public async Task An_idle_application_makes_at_most_two_traces_a_minute()
    {
        var dashboard = FreePort.Next();
        await using var host = await AppHostProcess.StartAsync(
            _folder,
            [],
            $"--ASPNETCORE_URLS=http://localhost:{dashboard}",
            "--AppHost:DashboardApiKey=key"
        );
        await host.UploadAsync(TestImages.Jpeg(300, 200), "before.jpg");

        // What the upload began has been told when its last span is there; the minute counts from then.
        using var api = new HttpClient
        {
            BaseAddress = new Uri($"http://localhost:{dashboard}"),
            DefaultRequestHeaders = { { "x-api-key", "key" } },
        };
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (!(await SpansAsync(api)).Any(span => (string?)span["name"] == "save caption"))
        {
            await Task.Delay(200, deadline.Token);
        }

        var since = DateTimeOffset.UtcNow;
        using (var minute = new PeriodicTimer(TimeSpan.FromMinutes(1)))
        {
            await minute.WaitForNextTickAsync(Cancel);
        }

        var begun = (await SpansAsync(api))
            .Where(span => string.IsNullOrEmpty((string?)span["parentSpanId"]))
            .Where(span =>
                long.Parse((string)span["startTimeUnixNano"]!, CultureInfo.InvariantCulture) / 1_000_000 > since.ToUnixTimeMilliseconds()
            )
            .Select(span => (string?)span["name"])
            .ToList();
        Assert.True(begun.Count <= 2, string.Join(", ", begun));
    }

    private static async Task<List<JsonObject>> SpansAsync(HttpClient dashboard)
    {
        var traces = (await dashboard.GetFromJsonAsync<JsonObject>("/api/telemetry/traces?limit=2000", Cancel))!;
        return
        [
            .. traces["data"]!["resourceSpans"]!
                .AsArray()
                .SelectMany(resource => resource!["scopeSpans"]!.AsArray())
                .SelectMany(scope => scope!["spans"]!.AsArray())
                .Select(span => span!.AsObject()),
        ];
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [
                Path.Combine(RepositoryRoot.Path, "ImageApp.AppHost/bin", Configuration, "net10.0/ImageApp.AppHost.dll"),
                "--DcpPublisher:RandomizePorts=true",
                "--LocalAws:Port=0",
                $"--LocalAws:DataDirectory={_folder}/aws",
                $"--LocalMySql:DataDirectory={_folder}/mysql",
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
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        _hosts.Add(process);
        return process;
    }

    private async Task SaysAsync(Process host, params string[] texts)
    {
        Drain(host);
        var deadline = Stopwatch.StartNew();
        while (!texts.All(text => _output.Any(line => line.Contains(text, StringComparison.Ordinal))))
        {
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(60) && !host.HasExited, string.Join('\n', _output));
            await Task.Delay(50, Cancel);
        }
    }

    private static string Configuration => AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    /// <summary>Reads what it writes to its error output, which else would fill up; one test wants that for itself.</summary>
    private void Drain(Process host)
    {
        if (_drained.Add(host.Id))
        {
            host.ErrorDataReceived += (_, _) => { };
            host.BeginErrorReadLine();
        }
    }

    private static void AssertEnded(Dictionary<(int Id, string Started), string> processes) =>
        Assert.DoesNotContain(
            ProcessTree.StillRunning(processes),
            process =>
                new[] { "ImageApp.", "mariadb", "mysqld" }.Any(name => process.Contains(name, StringComparison.Ordinal))
        );

    private static async Task<Dictionary<(int Id, string Started), string>> WaitForProcessesAsync(Process host, string[] parts)
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            var found = ProcessTree.Of(host.Id);
            if (parts.All(part => found.Values.Any(command => command.Contains(part, StringComparison.Ordinal))))
            {
                return found;
            }

            Assert.False(host.HasExited, "The AppHost ended.");
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(90), $"Not everything came up: {string.Join('\n', found.Values)}");
            await Task.Delay(20, Cancel);
        }
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Cancel);
        Assert.Equal(0, kill.ExitCode);
    }
}
