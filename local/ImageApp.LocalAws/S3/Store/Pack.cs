using Microsoft.Win32.SafeHandles;

namespace ImageApp.LocalAws.S3.Store;

/// <summary>A file that small blobs are appended to, so that none of them costs a file and a flush of its own.</summary>
internal sealed class Pack : IDisposable
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiting;
    private long _end;
    private int _pins;
    private bool _isFlushing;

    public Pack(Guid id, string path)
    {
        Id = id;
        Path = path;
        Handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        _end = RandomAccess.GetLength(Handle);
    }

    public Guid Id { get; }

    public string Path { get; }

    /// <summary>Open as long as the pack is there; reads and writes name their place.</summary>
    public SafeFileHandle Handle { get; }

    public long Length => Interlocked.Read(ref _end);

    /// <summary>Whether something was appended that nobody has referred to or discarded yet.</summary>
    public bool IsPinned => Volatile.Read(ref _pins) > 0;

    /// <summary>Appends bytes and pins the pack until they are referred to or discarded. One thread at a time.</summary>
    /// <returns>Where they are.</returns>
    public Segment Append(ReadOnlySpan<byte> bytes)
    {
        var offset = _end;
        RandomAccess.Write(Handle, bytes, offset);
        Interlocked.Exchange(ref _end, offset + bytes.Length);
        Interlocked.Increment(ref _pins);
        return new Segment(Id, bytes.Length, offset);
    }

    public void Unpin() => Interlocked.Decrement(ref _pins);

    /// <summary>Ends when everything that was appended before is on disk; whoever waits meanwhile shares the next flush.</summary>
    public Task FlushAsync()
    {
        lock (_gate)
        {
            _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!_isFlushing)
            {
                _isFlushing = true;
                ThreadPool.UnsafeQueueUserWorkItem(pack => pack.Flush(), this, preferLocal: false);
            }

            return _waiting.Task;
        }
    }

    public void Dispose() => Handle.Dispose();

    private void Flush()
    {
        while (true)
        {
            TaskCompletionSource waiting;
            lock (_gate)
            {
                if (_waiting is null)
                {
                    _isFlushing = false;
                    return;
                }

                waiting = _waiting;
                _waiting = null;
            }

            try
            {
                RandomAccess.FlushToDisk(Handle);
                waiting.SetResult();
            }
            catch (IOException failure)
            {
                waiting.SetException(failure);
            }
        }
    }
}
