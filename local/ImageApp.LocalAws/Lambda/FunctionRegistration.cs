using System.Security.Cryptography;

namespace ImageApp.LocalAws.Lambda;

/// <summary>A function that local AWS invokes; its process is somebody else's and polls the Runtime API.</summary>
/// <param name="Name">The function's name, the last part of its ARN and the first path segment of its Runtime API.</param>
public sealed record FunctionRegistration(string Name)
{
    /// <summary>The memory limit in MB; a process found above it is reported and ended as AWS does.</summary>
    public int MemorySize { get; set; } = 512;

    /// <summary>How long one invocation may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a process may take from its start to its first poll; so long nothing else is tried.</summary>
    public TimeSpan StartupTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often in a row a process is started without a poll before that is left to a person.</summary>
    public int MaximumStarts { get; set; } = 8;

    /// <summary>
    /// The part of the Runtime API's address that only this function's processes know; without it nobody gets the function's invocations
    /// or answers them.
    /// </summary>
    public string RuntimeSecret { get; set; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>
    /// The file that the function runs, whose hash is its <c>CodeSha256</c>; null where that is found out from the process that polls.
    /// </summary>
    public string? Program { get; set; }

    /// <summary>
    /// Whether whoever starts the process gives it the variables of <see cref="LocalAwsServer.EnvironmentOf"/>; where not, an
    /// environment cannot be set.
    /// </summary>
    public bool AppliesEnvironment { get; set; }

    /// <summary>Why the process must not be started just now; null, or an answer of null, where nothing is in the way.</summary>
    public Func<StartHindrance?>? Hindrance { get; init; }

    /// <summary>
    /// Starts the function's process, ending one that is still there; done when it was started. Asked for when an invocation waits and no
    /// process polls, and, as AWS does with an execution environment, after a time-out, an exceeded memory limit and an unexpected exit. An
    /// exception counts as a failed attempt. Null where whoever runs the process does so itself.
    /// </summary>
    public Func<CancellationToken, Task>? RestartAsync { get; init; }

    /// <summary>Is told each new state, one after the other; it must not block.</summary>
    public Action<FunctionState>? StateChanged { get; init; }
}
