namespace ImageApp.LocalAws.Lambda;

/// <summary>A function that local AWS invokes; its process is somebody else's and polls the Runtime API.</summary>
/// <param name="Name">The function's name, the last part of its ARN and the first path segment of its Runtime API.</param>
public sealed record FunctionRegistration(string Name)
{
    /// <summary>The memory limit in MB; a process found above it is reported and ended as AWS does.</summary>
    public int MemorySize { get; init; } = 512;

    /// <summary>How long one invocation may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Starts the function's process anew after a time-out or an exceeded memory limit, as AWS does with an execution
    /// environment; null where whoever runs the process does so itself.
    /// </summary>
    public Func<CancellationToken, Task>? RestartAsync { get; init; }
}
