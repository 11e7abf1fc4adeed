using Microsoft.Win32.SafeHandles;

namespace ImageApp.LocalAws.S3.Store;

/// <summary>A blob that is open for reading.</summary>
/// <param name="handle">Its file, or the pack that it is in.</param>
/// <param name="ownsHandle">Whether the file is closed with it; a pack stays open.</param>
internal sealed class BlobReader(SafeFileHandle handle, bool ownsHandle) : IDisposable
{
    /// <summary>Reads bytes.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="offset">Where from in the file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many; 0 at the file's end.</returns>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken) =>
        RandomAccess.ReadAsync(handle, buffer, offset, cancellationToken);

    public void Dispose()
    {
        if (ownsHandle)
        {
            handle.Dispose();
        }
    }
}
