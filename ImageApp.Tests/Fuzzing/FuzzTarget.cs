namespace ImageApp.Tests.Fuzzing;

/// <summary>Something that reads what others wrote.</summary>
/// <param name="Name">What it reads, for the report.</param>
/// <param name="Corpus">Inputs that it is meant for, and some that were made to break others of its kind.</param>
/// <param name="Read">Reads an input.</param>
/// <param name="Documented">The exceptions that are its answer to a broken input; none where it has no such answer.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Corpus, Action<byte[]> Read, params Type[] Documented)
{
    /// <summary>Words that mean something to it.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>The most that it may allocate for an input of no length.</summary>
    public long AllowedBytes { get; init; } = 1024 * 1024;

    /// <summary>The most that it may allocate for each byte of input beside that.</summary>
    public long AllowedBytesPerByte { get; init; } = 1000;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
