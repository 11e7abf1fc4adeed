namespace ImageApp.LocalAws.S3.Store;

/// <summary>An object whose bytes stay readable until the lease ends, also when it is replaced or deleted meanwhile.</summary>
internal sealed class ObjectLease(StoredObject stored, Action release) : IDisposable
{
    private Action? _release = release;

    public StoredObject Object { get; } = stored;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
