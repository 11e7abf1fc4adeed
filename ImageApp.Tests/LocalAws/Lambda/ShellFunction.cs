using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace ImageApp.Tests.LocalAws.Lambda;

/// <summary>A function whose processes are bash, whose own socket polls the Runtime API of function <c>resize</c>.</summary>
internal sealed class ShellFunction : IDisposable
{
    /// <summary>Takes one invocation; its id is then in <c>$id</c>.</summary>
    public const string Poll = """
        exec 3<>/dev/tcp/127.0.0.1/$1
        printf 'GET /%s/2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: localhost\r\n\r\n' "$2" >&3
        while IFS= read -r line <&3; do
          line=${line%$'\r'}
          [ -z "$line" ] && break
          case $line in Lambda-Runtime-Aws-Request-Id:*) id=${line#*: };; esac
        done

        """;

    /// <summary>Answers the invocation <c>$id</c> on a connection of its own.</summary>
    public const string Answer = """
        exec 4<>/dev/tcp/127.0.0.1/$1
        printf 'POST /%s/2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\n' "$2" "$id" >&4
        printf 'Host: localhost\r\nContent-Length: 6\r\n\r\n"done"' >&4
        read -r line <&4

        """;

    /// <summary>Serves one invocation after another.</summary>
    public const string Serve = $"while :; do\n{Poll}\n{Answer}\ndone";

    private readonly ConcurrentQueue<Process> _processes = new();
    private string[]? _address;

    /// <summary>What the processes run from here on.</summary>
    public string Script { get; set; } = Serve;

    public IReadOnlyList<Process> Processes => [.. _processes];

    /// <summary>Starts the first process of a function of this local AWS.</summary>
    public void StartFor(LocalAwsInstance aws)
    {
        ServeFor(aws);
        Start();
    }

    /// <summary>Where local AWS is; the first process is left to it.</summary>
    public void ServeFor(LocalAwsInstance aws) => _address = AddressOf(aws);

    /// <summary>The arguments of a script: the port of local AWS, and where function <c>resize</c> has its Runtime API there.</summary>
    public static string[] AddressOf(LocalAwsInstance aws) =>
        [aws.Server.Endpoint.Port.ToString(CultureInfo.InvariantCulture), aws.RuntimePathOf("resize")];

    /// <summary>Starts a process in place of the one there is.</summary>
    public Task RestartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        EndAll();
        Start();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        EndAll();
        foreach (var process in _processes)
        {
            process.Dispose();
        }
    }

    private void Start()
    {
        var address = _address ?? throw new InvalidOperationException("Where local AWS listens is not known yet.");
        string[] arguments = ["-c", Script, "function", .. address];
        _processes.Enqueue(Process.Start(new ProcessStartInfo("bash", arguments) { RedirectStandardError = true })!);
    }

    private void EndAll()
    {
        foreach (var process in _processes.Where(process => !process.HasExited))
        {
            process.Kill();
        }
    }
}
