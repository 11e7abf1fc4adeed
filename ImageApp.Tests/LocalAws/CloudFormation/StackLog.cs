using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ImageApp.Tests.LocalAws.CloudFormation;

/// <summary>The log lines of a <see cref="StackHost"/>.</summary>
internal sealed class StackLog : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = new();

    /// <summary>What was logged as a warning or worse.</summary>
    public IEnumerable<string> Problems => _lines.Where(line => line.Level >= LogLevel.Warning).Select(line => line.Text);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((logLevel, formatter(state, exception)));

    /// <summary>Waits for a problem that names all of <paramref name="parts"/>.</summary>
    public async Task<string> ProblemAsync(params string[] parts)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (Problems.FirstOrDefault(line => parts.All(part => line.Contains(part, StringComparison.Ordinal))) is { } found)
            {
                return found;
            }

            if (deadline.IsCancellationRequested)
            {
                Assert.Fail($"No problem logged with {string.Join(", ", parts)}; logged were:\n{string.Join('\n', Problems)}");
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }

    public void Dispose()
    {
    }
}
