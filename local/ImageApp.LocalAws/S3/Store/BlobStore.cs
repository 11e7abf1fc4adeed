using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace ImageApp.LocalAws.S3.Store;

/// <summary>Files of bytes under names of their own, so that no object key ever reaches the file system.</summary>
internal sealed class BlobStore
{
    private const int BufferBytes = 256 * 1024;

    private readonly string _folder;

    public BlobStore(string folder)
    {
        _folder = folder;
        for (var shard = 0; shard < 256; shard++)
        {
            Directory.CreateDirectory(Path.Combine(folder, shard.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>Writes a new blob from a stream and flushes it to disk. It stays only if the journal comes to refer to it.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="hasher">Is told the bytes as they come.</param>
    /// <param name="maximumBytes">How many there may be.</param>
    /// <param name="cipher">Encrypts what is written; null for not.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AwsServiceException">There are more than <paramref name="maximumBytes"/>.</exception>
    public async Task<Segment> WriteAsync(
        Stream source,
        ContentHasher hasher,
        long maximumBytes,
        BlobCipher? cipher,
        CancellationToken cancellationToken)
    {
        var blob = Guid.NewGuid();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        var length = 0L;
        try
        {
            using (var file = File.OpenHandle(PathOf(blob), FileMode.CreateNew, FileAccess.Write, FileShare.Read, FileOptions.Asynchronous))
            {
                while (
                    await source.ReadAtLeastAsync(
                        buffer.AsMemory(0, BufferBytes),
                        BufferBytes,
                        throwOnEndOfStream: false,
                        cancellationToken)
                        is var count
                            and > 0)
                {
                    if (length + count > maximumBytes)
                    {
                        throw new AwsServiceException(
                            "EntityTooLarge",
                            $"Your proposed upload exceeds the maximum allowed size of {maximumBytes} bytes.");
                    }

                    hasher.Append(buffer.AsSpan(0, count));
                    cipher?.Apply(blob, length, buffer.AsSpan(0, count));
                    await RandomAccess.WriteAsync(file, buffer.AsMemory(0, count), length, cancellationToken);
                    length += count;
                }

                if (length > 0)
                {
                    await Task.Run(() => RandomAccess.FlushToDisk(file), cancellationToken);
                }
            }

            return new Segment(blob, length);
        }
        catch
        {
            Delete(blob);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Opens a blob for reading.</summary>
    public SafeFileHandle Open(Guid blob) =>
        File.OpenHandle(
            PathOf(blob),
            FileMode.Open,
            FileAccess.Read,
            FileShare.Read | FileShare.Delete,
            FileOptions.Asynchronous | FileOptions.SequentialScan);

    /// <summary>Deletes a blob; one that is gone is no error.</summary>
    public void Delete(Guid blob) => File.Delete(PathOf(blob));

    /// <summary>Deletes every blob that nothing refers to: what uploads left that never ended.</summary>
    public void DeleteAllBut(IReadOnlySet<Guid> referenced)
    {
        foreach (var file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories))
        {
            if (!Guid.TryParseExact(Path.GetFileName(file), "N", out var blob) || !referenced.Contains(blob))
            {
                File.Delete(file);
            }
        }
    }

    private string PathOf(Guid blob)
    {
        var name = blob.ToString("N");
        return Path.Combine(_folder, name[..2], name);
    }
}
