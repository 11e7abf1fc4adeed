using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace ImageApp.Tests.Functions;

/// <summary>One of the two functions as a process of its own, polling local AWS' Runtime API.</summary>
internal sealed class FunctionProcess : IAsyncDisposable
{
    private readonly Process _process;

    private FunctionProcess(Process process) => _process = process;

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>What it wrote.</summary>
    public ConcurrentQueue<string> Output { get; } = new();

    /// <summary>Starts a function.</summary>
    /// <param name="name">Its name in local AWS.</param>
    /// <param name="program">The command line: a program and its arguments.</param>
    /// <param name="aws">Where it polls.</param>
    /// <param name="environment">What it is told beyond that.</param>
    public static FunctionProcess Start(
        string name,
        IReadOnlyList<string> program,
        LocalAwsInstance aws,
        IEnumerable<KeyValuePair<string, string>> environment
    )
    {
        var start = new ProcessStartInfo(program[0], program.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["AWS_LAMBDA_RUNTIME_API"] = string.Create(
            CultureInfo.InvariantCulture,
            $"127.0.0.1:{aws.Server.Endpoint.Port}/{aws.RuntimePathOf(name)}"
        );
        start.Environment["AWS_ENDPOINT_URL"] = aws.Server.Endpoint.ToString().TrimEnd('/');
        start.Environment["AWS_REGION"] = aws.Options.Region;
        start.Environment["AWS_ACCESS_KEY_ID"] = aws.Options.AccessKeyId;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = aws.Options.SecretAccessKey;
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        var process = Process.Start(start)!;
        var function = new FunctionProcess(process);
        process.OutputDataReceived += (_, line) => function.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => function.Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return function;
    }

    /// <summary>The command line of a project's built program.</summary>
    public static IReadOnlyList<string> Built(string project) => ["dotnet", Path.Combine(AppContext.BaseDirectory, project + ".dll")];

    /// <summary>Waits until it has ended by itself.</summary>
    public async Task<int> WaitForExitAsync()
    {
        await _process
            .WaitForExitAsync(TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            Output.Enqueue(line);
        }
    }
}
