using System.Globalization;

namespace ImageApp.LoadTest.Generators;

/// <summary>
/// What is sent: three kinds of senders, all on a schedule that does not wait for answers. The default is the documented test: 100
/// requests/s in bursts of 8 threads, 300 sustained
/// by 6 and 100 by 4 senders of 10 at once, 500 together, for six minutes.
/// </summary>
internal sealed record LoadProfile
{
    /// <summary>Senders that send <see cref="BurstSize"/> requests, one right after the other, every <see cref="BurstInterval"/>.</summary>
    public int BurstThreads { get; init; } = 8;

    public int BurstSize { get; init; } = 25;

    public TimeSpan BurstInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Senders that send at <see cref="SustainedRate"/> requests/s each, evenly.</summary>
    public int SustainedThreads { get; init; } = 6;

    public double SustainedRate { get; init; } = 50;

    /// <summary>Senders that send <see cref="ConcurrentInFlight"/> requests at once, every <see cref="ConcurrentInterval"/>.</summary>
    public int ConcurrentThreads { get; init; } = 4;

    public int ConcurrentInFlight { get; init; } = 10;

    public TimeSpan ConcurrentInterval { get; init; } = TimeSpan.FromMilliseconds(400);

    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(6);

    /// <summary>How long the same load is sent before, and not counted: a process that has just begun compiles its code first.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.Zero;

    /// <summary>How long nothing is sent at the end while the group is still followed, so that it is seen to shrink.</summary>
    public TimeSpan CoolDown { get; init; } = TimeSpan.Zero;

    /// <summary>Asked for in turn.</summary>
    public IReadOnlyList<string> Paths { get; init; } = ["/health", "/gallery"];

    /// <summary>Requests that may be under way at once. Beyond it a request is counted as failed, not sent: a test must not take its own
    /// machine down.</summary>
    public int MaxInFlight { get; init; } = 2000;

    /// <summary>After how long a request has failed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests per second altogether.</summary>
    public double Rate =>
        (BurstThreads * BurstSize / BurstInterval.TotalSeconds)
        + (SustainedThreads * SustainedRate)
        + (ConcurrentThreads * ConcurrentInFlight / ConcurrentInterval.TotalSeconds);

    /// <summary>The profile in words.</summary>
    public string Describe() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Rate:0} requests/s for {Duration.TotalSeconds:0} s on {string.Join(" and ", Paths)}: burst {BurstThreads} x {BurstSize} every {BurstInterval.TotalSeconds:0.#} s, sustained {SustainedThreads} x {SustainedRate:0.#}/s, concurrent {ConcurrentThreads} x {ConcurrentInFlight} every {ConcurrentInterval.TotalSeconds:0.#} s"
        );

    /// <summary>The same shape at another rate.</summary>
    public LoadProfile At(double rate)
    {
        var factor = rate / Rate;
        return this with
        {
            BurstInterval = BurstInterval / factor,
            SustainedRate = SustainedRate * factor,
            ConcurrentInterval = ConcurrentInterval / factor,
        };
    }
}
