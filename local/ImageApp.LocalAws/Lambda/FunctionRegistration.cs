namespace ImageApp.LocalAws.Lambda;

/// <summary>A function that local AWS invokes; its process is somebody else's and polls the Runtime API.</summary>
/// <param name="Name">The function's name, the last part of its ARN and the first path segment of its Runtime API.</param>
public sealed record FunctionRegistration(string Name)
{
    /// <summary>The memory limit in MB; a process found above it is reported and ended as AWS does.</summary>
    public int MemorySize { get; init; } = 512;

    /// <summary>How long one invocation may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a process may take from its start to its first poll; so long nothing else is tried.</summary>
    public TimeSpan StartupTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Starts the function's process, ending one that is still there; done when it was started. Asked for when an invocation waits and no
    /// process polls, and, as AWS does with an execution environment, after a time-out, an exceeded memory limit and an unexpected exit. An
    /// exception counts as a failed attempt. Null where whoever runs the process does so itself.
    /// </summary>
    public Func<CancellationToken, Task>? RestartAsync { get; init; }

    /// <summary>Is told each new state, one after the other; it must not block.</summary>
    public Action<FunctionState>? StateChanged { get; init; }
}
