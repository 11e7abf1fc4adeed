namespace ImageApp.Tests.Fuzzing;

/// <summary>What became of a target's inputs.</summary>
/// <param name="Name">The target.</param>
/// <param name="Inputs">How many there were.</param>
/// <param name="Refused">How many of them were refused as documented.</param>
internal sealed record FuzzResult(string Name, int Inputs, int Refused)
{
    /// <summary>How many of the refused were ended by the budget of time or memory.</summary>
    public int Ended { get; init; }

    /// <summary>Exceptions that are not documented, or processes that died.</summary>
    public int Crashes { get; init; }

    /// <summary>Inputs whose reading did not end.</summary>
    public int Hangs { get; init; }

    /// <summary>Inputs that took more memory, or time, than allowed.</summary>
    public int Overruns { get; init; }

    /// <summary>What was wrong, for the message of a failed test.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];
}
