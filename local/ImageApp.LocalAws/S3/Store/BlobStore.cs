using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;

namespace ImageApp.LocalAws.S3.Store;

/// <summary>
/// Bytes under names of their own, so that no object key ever reaches the file system: each large or encrypted blob in a file, small ones
/// together in packs.
/// </summary>
internal sealed class BlobStore : IDisposable
{
    /// <summary>The largest blob that goes into a pack.</summary>
    public const int MaximumPackedBytes = 64 * 1024;

    private const int BufferBytes = 256 * 1024;

    /// <summary>When a pack is full.</summary>
    private const long MaximumPackBytes = 16 * 1024 * 1024;

    private readonly string _folder;
    private readonly string _packFolder;
    private readonly ConcurrentDictionary<Guid, Pack> _packs = new();
    private readonly Lock _gate = new();
    private Pack? _current;

    public BlobStore(string folder)
    {
        _folder = folder;
        _packFolder = Directory.CreateDirectory(Path.Combine(folder, "packs")).FullName;
        foreach (var path in Directory.EnumerateFiles(_packFolder))
        {
            if (Guid.TryParseExact(Path.GetFileName(path), "N", out var id))
            {
                _packs[id] = new Pack(id, path);
            }
        }

        _current = _packs.Values.FirstOrDefault(pack => pack.Length < MaximumPackBytes);
    }

    /// <summary>
    /// Writes a new blob from a stream and flushes it to disk. It stays only if the journal comes to refer to it; either way,
    /// <see cref="Release"/> has to be told.
    /// </summary>
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
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var count = await ReadAsync(buffer);
            return count <= MaximumPackedBytes && cipher is null
                ? await PackAsync(buffer.AsMemory(0, count), hasher)
                : await WriteFileAsync(count);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        async ValueTask<int> ReadAsync(byte[] target) =>
            await source.ReadAtLeastAsync(target.AsMemory(0, BufferBytes), BufferBytes, throwOnEndOfStream: false, cancellationToken);

        async Task<Segment> WriteFileAsync(int count)
        {
            var blob = Guid.NewGuid();
            var length = 0L;
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(blob))!);
            var nextBuffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
            try
            {
                using var file = File.OpenHandle(PathOf(blob), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
                while (count > 0)
                {
                    if (length + count > maximumBytes)
                    {
                        throw new AwsServiceException(
                            "EntityTooLarge",
                            $"Your proposed upload exceeds the maximum allowed size of {maximumBytes} bytes.");
                    }

                    // Beside the hashing of these bytes, which costs as much as all the rest, the next ones come.
                    var writing = Task.Run(() => Write(buffer.AsSpan(0, count), length), CancellationToken.None);
                    var next = 0;
                    try
                    {
                        next = await ReadAsync(nextBuffer);
                    }
                    finally
                    {
                        await writing;
                    }

                    length += count;
                    (buffer, nextBuffer, count) = (nextBuffer, buffer, next);
                }

                await Task.Run(() => RandomAccess.FlushToDisk(file), cancellationToken);
                return new Segment(blob, length);

                void Write(Span<byte> bytes, long offset)
                {
                    hasher.Append(bytes);
                    cipher?.Apply(blob, offset, bytes);
                    RandomAccess.Write(file, bytes, offset);
                }
            }
            catch
            {
                File.Delete(PathOf(blob));
                throw;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(nextBuffer);
            }
        }
    }

    /// <summary>Opens a blob for reading.</summary>
    public BlobReader Open(Guid blob) =>
        _packs.TryGetValue(blob, out var pack)
            ? new BlobReader(pack.Handle, ownsHandle: false)
            : new BlobReader(
                File.OpenHandle(
                    PathOf(blob),
                    FileMode.Open,
                    FileAccess.Read,
                    FileShare.Read | FileShare.Delete,
                    FileOptions.Asynchronous | FileOptions.SequentialScan),
                ownsHandle: true);

    /// <summary>Lets go of what <see cref="WriteAsync"/> wrote: by now the journal refers to it, or never will.</summary>
    public void Release(Segment written, bool isReferenced)
    {
        if (_packs.TryGetValue(written.Blob, out var pack))
        {
            pack.Unpin();
        }

        if (!isReferenced)
        {
            Delete(written.Blob);
        }
    }

    /// <summary>Deletes a file of bytes that nothing refers to; one that is gone is no error.</summary>
    public void Delete(Guid blob)
    {
        if (!_packs.TryGetValue(blob, out var pack))
        {
            File.Delete(PathOf(blob));
            return;
        }

        lock (_gate)
        {
            // Whoever has written into it just now deletes it, where nothing comes of that.
            if (pack.IsPinned || !_packs.TryRemove(blob, out _))
            {
                return;
            }

            if (_current == pack)
            {
                _current = null;
            }
        }

        pack.Dispose();
        File.Delete(pack.Path);
    }

    /// <summary>Deletes every file that nothing refers to: what uploads left that never ended.</summary>
    public void DeleteAllBut(IReadOnlySet<Guid> referenced)
    {
        foreach (var pack in _packs.Keys.Where(pack => !referenced.Contains(pack)).ToList())
        {
            Delete(pack);
        }

        foreach (var file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories))
        {
            if (!Guid.TryParseExact(Path.GetFileName(file), "N", out var blob) || !referenced.Contains(blob))
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>The full packs of which something is in use, but less than half.</summary>
    /// <param name="used">How many bytes of each are.</param>
    public IReadOnlySet<Guid> SparsePacks(IReadOnlyDictionary<Guid, long> used) => _packs.Values
        .Where(pack => pack.Length >= MaximumPackBytes && used.TryGetValue(pack.Id, out var bytes) && bytes < pack.Length / 2)
        .Select(pack => pack.Id)
        .ToHashSet();

    /// <summary>Copies a blob out of a pack into the one that is being filled.</summary>
    public Segment Move(Segment segment)
    {
        var bytes = new byte[segment.Length];
        if (RandomAccess.Read(_packs[segment.Blob].Handle, bytes, segment.Offset) < bytes.Length)
        {
            throw new InvalidDataException($"Pack {segment.Blob:N} ends before the {bytes.Length} bytes at {segment.Offset}.");
        }

        lock (_gate)
        {
            var pack = Fill();
            var moved = pack.Append(bytes);
            pack.Unpin();
            return moved;
        }
    }

    /// <summary>Puts on disk what was moved.</summary>
    public void Flush()
    {
        if (_current is { } pack)
        {
            RandomAccess.FlushToDisk(pack.Handle);
        }
    }

    public void Dispose()
    {
        foreach (var pack in _packs.Values)
        {
            pack.Dispose();
        }
    }

    private async Task<Segment> PackAsync(ReadOnlyMemory<byte> bytes, ContentHasher hasher)
    {
        hasher.Append(bytes.Span);
        Pack pack;
        Segment segment;
        lock (_gate)
        {
            pack = Fill();
            segment = pack.Append(bytes.Span);
        }

        try
        {
            if (segment.Length > 0)
            {
                await pack.FlushAsync();
            }

            return segment;
        }
        catch
        {
            pack.Unpin();
            throw;
        }
    }

    private Pack Fill()
    {
        if (_current is { Length: < MaximumPackBytes } current)
        {
            return current;
        }

        var id = Guid.NewGuid();
        _current = _packs[id] = new Pack(id, Path.Combine(_packFolder, id.ToString("N", CultureInfo.InvariantCulture)));
        return _current;
    }

    private string PathOf(Guid blob)
    {
        var name = blob.ToString("N", CultureInfo.InvariantCulture);
        return Path.Combine(_folder, name[..2], name);
    }
}
