namespace ImageApp.Benchmarks;

/// <summary>How much is measured.</summary>
/// <param name="Folder">A folder for what is written, gone after the run.</param>
/// <param name="IsQuick">Whether it is only to be seen that everything works: small pictures, few rounds, no figure worth quoting.</param>
internal sealed record BenchmarkSettings(string Folder, bool IsQuick)
{
    /// <summary>A number that depends on <see cref="IsQuick"/>.</summary>
    public int Count(int full, int quick) => IsQuick ? quick : full;
}
