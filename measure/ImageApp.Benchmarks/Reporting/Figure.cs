namespace ImageApp.Benchmarks.Reporting;

/// <summary>One thing that was measured, beside the same of a peer in the same run.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Unit">The unit of both values.</param>
/// <param name="Ours">ImageApp's value, a median where there are several.</param>
/// <param name="Peer">What it is compared with.</param>
/// <param name="Theirs">The peer's value.</param>
internal sealed record Figure(string What, string Unit, double Ours, string Peer, double Theirs)
{
    /// <summary>Whether more is better, as of images a second; of times and sizes less is.</summary>
    public bool IsRate { get; init; }

    /// <summary>What is aimed at, in words; null where nothing is.</summary>
    public string? Aim { get; init; }

    /// <summary>How many times better than the peer; below 1 it is worse.</summary>
    public double TimesBetter => IsRate ? Ours / Theirs : Theirs / Ours;
}
