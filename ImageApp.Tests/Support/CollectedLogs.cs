using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ImageApp.Tests.Support;

/// <summary>Keeps what is logged.</summary>
internal sealed class CollectedLogs : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _entries = new();

    public IEnumerable<string> Errors => _entries.Where(entry => entry.Level >= LogLevel.Error).Select(entry => entry.Text);

    /// <summary>What was logged as a warning or worse.</summary>
    public IEnumerable<string> Problems => _entries.Where(entry => entry.Level >= LogLevel.Warning).Select(entry => entry.Text);

    public IEnumerable<string> All => _entries.Select(entry => entry.Text);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter) => _entries.Enqueue((logLevel, formatter(state, exception) + exception));

    /// <summary>Waits for a line that has all of <paramref name="parts"/>.</summary>
    public Task LoggedAsync(params string[] parts) => WaitAsync(() => All, parts);

    /// <summary>Waits for a warning or worse that has all of <paramref name="parts"/>.</summary>
    public Task ProblemAsync(params string[] parts) => WaitAsync(() => Problems, parts);

    private static Task WaitAsync(Func<IEnumerable<string>> lines, string[] parts) => Eventually.HoldsAsync(
        () => Task.FromResult(lines().Any(line => parts.All(part => line.Contains(part, StringComparison.Ordinal)))),
        () => $"a log line with {string.Join(" and ", parts)}, in:\n{string.Join('\n', lines())}");

    public void Dispose()
    {
    }
}
