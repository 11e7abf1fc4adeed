using System.Diagnostics;
using ImageApp.Benchmarks.Processes;

namespace ImageApp.Benchmarks.Growth;

/// <summary>Many pages that listen to changes, each on a connection of its own.</summary>
internal sealed class Listeners : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly List<HttpResponseMessage> _answers = [];
    private readonly List<Task> _reading = [];
    private readonly CancellationTokenSource _stop = new();
    private long _changes;

    private Listeners(Uri address) => _http = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>How many changes all of them together were told.</summary>
    public long Changes => Interlocked.Read(ref _changes);

    /// <summary>Opens so many.</summary>
    public static async Task<Listeners> OpenAsync(RunningGallery gallery, int count, CancellationToken cancellationToken)
    {
        var listeners = new Listeners(gallery.Http.BaseAddress!);
        for (var i = 0; i < count; i++)
        {
            var answer = await listeners._http.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            answer.EnsureSuccessStatusCode();
            listeners._answers.Add(answer);
            listeners._reading.Add(listeners.ReadAsync(await answer.Content.ReadAsStreamAsync(cancellationToken)));
        }

        return listeners;
    }

    /// <summary>Waits until all of them together were told so many changes.</summary>
    /// <exception cref="TimeoutException">They were not within a minute.</exception>
    public async Task WaitAsync(long changes, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        while (Changes < changes)
        {
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromMinutes(1))
            {
                throw new TimeoutException($"{Changes} of {changes} changes were told.");
            }

            await Task.Delay(5, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_reading);
        _answers.ForEach(answer => answer.Dispose());
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAsync(Stream stream)
    {
        using var reader = new StreamReader(stream);
        try
        {
            while (await reader.ReadLineAsync(_stop.Token) is { } line)
            {
                if (line == "event: image")
                {
                    Interlocked.Increment(ref _changes);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It was told to end.
        }
    }
}
