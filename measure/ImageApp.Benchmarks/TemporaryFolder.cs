namespace ImageApp.Benchmarks;

/// <summary>A folder that is gone after the run.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("imageapp-benchmark-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
