using System.Diagnostics;

namespace ImageApp.LoadTest.Generators;

/// <summary>Runs a profile's senders.</summary>
internal static class LoadGenerator
{
    /// <summary>Sends until the duration is over, then waits for the last answers.</summary>
    public static async Task RunAsync(LoadProfile profile, RequestSender sender, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var senders = new List<Task>();

        // Each sender begins a part of its interval after the one before, as visitors do who know nothing of each other.
        for (var i = 0; i < profile.BurstThreads; i++)
        {
            senders.Add(
                BurstAsync(profile, sender, start + Ticks(profile.BurstInterval * i / profile.BurstThreads), start, cancellationToken)
            );
        }

        for (var i = 0; i < profile.SustainedThreads; i++)
        {
            var interval = TimeSpan.FromSeconds(1 / profile.SustainedRate);
            senders.Add(
                EachAsync(profile, sender, interval, 1, start + Ticks(interval * i / profile.SustainedThreads), start, cancellationToken)
            );
        }

        for (var i = 0; i < profile.ConcurrentThreads; i++)
        {
            senders.Add(
                EachAsync(
                    profile,
                    sender,
                    profile.ConcurrentInterval,
                    profile.ConcurrentInFlight,
                    start + Ticks(profile.ConcurrentInterval * i / profile.ConcurrentThreads),
                    start,
                    cancellationToken
                )
            );
        }

        await Task.WhenAll(senders);
    }

    // Some requests at once, on schedule, whether or not the last ones are answered.
    private static async Task EachAsync(
        LoadProfile profile,
        RequestSender sender,
        TimeSpan interval,
        int count,
        long due,
        long start,
        CancellationToken cancellationToken
    )
    {
        var under = new List<Task>();
        for (var end = start + Ticks(profile.Duration); due < end; due += Ticks(interval))
        {
            await UntilAsync(due, cancellationToken);
            under.RemoveAll(task => task.IsCompletedSuccessfully);
            for (var i = 0; i < count; i++)
            {
                under.Add(sender.SendAsync(due, cancellationToken));
            }
        }

        await Task.WhenAll(under);
    }

    // One after the other: the first of a burst is due on schedule, even if the burst before is late; each other when the one before is
    // answered.
    private static async Task BurstAsync(
        LoadProfile profile,
        RequestSender sender,
        long due,
        long start,
        CancellationToken cancellationToken
    )
    {
        for (var end = start + Ticks(profile.Duration); due < end; due += Ticks(profile.BurstInterval))
        {
            await UntilAsync(due, cancellationToken);
            await sender.SendAsync(due, cancellationToken);
            for (var i = 1; i < profile.BurstSize; i++)
            {
                await sender.SendAsync(Stopwatch.GetTimestamp(), cancellationToken);
            }
        }
    }

    private static async Task UntilAsync(long due, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, cancellationToken);
        }
        else
        {
            await Task.Yield();
        }
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
