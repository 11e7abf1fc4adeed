using System.Buffers.Binary;
using System.IO.Hashing;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Storage;

/// <summary>
/// An append-only file of records, each wholly there or not at all after a kill -9. A record is its length (4 bytes, little-endian), its
/// CRC-64/NVME (8 bytes) and its bytes. Records that wait at the same time reach the disk with one flush.
/// </summary>
/// <remarks>
/// Nothing is lost in silence. What a torn write left at the end was never acknowledged; it is cut off at the next start, with a line in
/// the log. Damage before intact records stops the start and is named with file and offset. A write that fails is reported to whoever
/// waits for it and made up for before the next one, so that the file never lacks what memory has.
/// </remarks>
internal sealed class Journal : IAsyncDisposable
{
    /// <summary>Bytes in the file beside each record's own.</summary>
    public const int HeaderBytes = 12;

    private const int MaximumRecordBytes = 64 * 1024 * 1024;
    private const int MaximumBatch = 256;

    private readonly string _path;
    private readonly ILogger _logger;
    private readonly Channel<Write> _writes = Channel.CreateUnbounded<Write>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<byte[]> _unwritten = [];
    private readonly Task _writer;
    private FileStream _file;
    private long _end;

    private Journal(string path, FileStream file, ILogger logger)
    {
        _path = path;
        _file = file;
        _end = file.Position;
        _logger = logger;
        _writer = Task.Run(WriteAllAsync);
    }

    /// <summary>Opens the file, or starts an empty one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="replay">Is given each record, in order.</param>
    /// <param name="logger">Is told what a torn write left.</param>
    /// <exception cref="InvalidDataException">A record before others is damaged, or <paramref name="replay"/> cannot read one; names file
    /// and offset.</exception>
    public static Journal Open(string path, Action<ReadOnlySpan<byte>> replay, ILogger logger)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        JsonLines.Convert(path, logger);
        long end;
        using (var existing = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read, 64 * 1024))
        {
            end = Replay(existing, replay);
            if (end < existing.Length)
            {
                RequireTorn(existing, end);
                logger.Cut(path, existing.Length - end, end);
            }
        }

        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, 0);
        try
        {
            file.SetLength(end);
            file.Position = end;
            return new Journal(path, file, logger);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes a file of these records, whole or not at all, in the place of any other at <paramref name="path"/>.</summary>
    public static void Create(string path, IEnumerable<byte[]> records) => CreateOpen(path, records).Dispose();

    /// <summary>Appends records, in the order of the calls.</summary>
    /// <returns>A task that ends when they are on disk.</returns>
    public Task AppendAsync(params IReadOnlyList<byte[]> records)
    {
        if (records.Count == 0)
        {
            return Task.CompletedTask;
        }

        if (records.FirstOrDefault(record => record.Length is 0 or > MaximumRecordBytes) is { } impossible)
        {
            throw new ArgumentException(
                $"A record of {_path} has 1 to {MaximumRecordBytes} bytes, not {impossible.Length}.",
                nameof(records));
        }

        return Enqueue(new Write(records, IsSnapshot: false));
    }

    /// <summary>Makes the file short again.</summary>
    /// <param name="records">Records that lead to the same state as all that were appended before.</param>
    public void Compact(IReadOnlyList<byte[]> records) => Enqueue(new Write(records, IsSnapshot: true));

    /// <summary>Writes what is waiting and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_writes.Writer.TryComplete())
        {
            await _writer;
            await _file.DisposeAsync();
        }
    }

    private static long Replay(FileStream file, Action<ReadOnlySpan<byte>> replay)
    {
        var end = 0L;
        var header = new byte[HeaderBytes];
        while (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) == HeaderBytes)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(header);
            if (length is <= 0 or > MaximumRecordBytes || length > file.Length - file.Position)
            {
                break;
            }

            var record = new byte[length];
            file.ReadExactly(record);
            if (Checksum(record) != BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(sizeof(int))))
            {
                break;
            }

            try
            {
                replay(record);
            }
            catch (Exception failure) when (failure is System.Text.Json.JsonException or KeyNotFoundException or ArgumentException)
            {
                throw Damaged(file.Name, end, $"its record cannot be read: {failure.Message}", failure);
            }

            end = file.Position;
        }

        return end;
    }

    /// <summary>
    /// What follows the first record that cannot be read must be the rest of one torn write, with no intact record in it.
    /// </summary>
    private static void RequireTorn(FileStream file, long end)
    {
        file.Position = end;
        var rest = new byte[file.Length - end];
        file.ReadExactly(rest);
        for (var start = 1; start + HeaderBytes < rest.Length; start++)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest.AsSpan(start));
            var available = rest.Length - start - HeaderBytes;
            if (
                length > 0
                && length <= available
                && Checksum(rest.AsSpan(start + HeaderBytes, length))
                    == BinaryPrimitives.ReadUInt64LittleEndian(rest.AsSpan(start + sizeof(int))))
            {
                throw Damaged(file.Name, end, $"intact records follow at offset {end + start}", null);
            }
        }
    }

    private static InvalidDataException Damaged(string path, long offset, string what, Exception? failure) => new(
        $"{path} is damaged at offset {offset}: {what}. Restore the file, or delete it to start without its content.", failure);

    private static FileStream CreateOpen(string path, IEnumerable<byte[]> records)
    {
        var temporary = path + ".tmp";
        var file = new FileStream(temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, 0);
        try
        {
            WriteRecords(file, records);
            File.Move(temporary, path, overwrite: true);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void WriteRecords(FileStream file, IEnumerable<byte[]> records)
    {
        const int Chunk = 1024 * 1024;
        using var chunk = new MemoryStream();
        Span<byte> header = stackalloc byte[HeaderBytes];
        foreach (var record in records)
        {
            BinaryPrimitives.WriteInt32LittleEndian(header, record.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(header[sizeof(int)..], Checksum(record));
            chunk.Write(header);
            chunk.Write(record);
            if (chunk.Length >= Chunk)
            {
                chunk.WriteTo(file);
                chunk.SetLength(0);
            }
        }

        chunk.WriteTo(file);
        file.Flush(flushToDisk: true);
    }

    private static ulong Checksum(ReadOnlySpan<byte> record)
    {
        var crc = new Crc64(Crc64ParameterSet.Nvme);
        crc.Append(record);
        return crc.GetCurrentHashAsUInt64();
    }

    private Task Enqueue(Write write)
    {
        ObjectDisposedException.ThrowIf(!_writes.Writer.TryWrite(write), this);
        return write.Done.Task;
    }

    private async Task WriteAllAsync()
    {
        var batch = new List<Write>(MaximumBatch);
        while (await _writes.Reader.WaitToReadAsync())
        {
            while (batch.Count < MaximumBatch && _writes.Reader.TryRead(out var write))
            {
                batch.Add(write);
            }

            try
            {
                WriteBatch(batch);
                batch.ForEach(write => write.Done.SetResult());
            }
            catch (Exception failure)
            {
                // A full disk, say. Whoever waits gets the failure; the records are kept for the next write, since memory may be ahead
                // already.
                _logger.NotWritten(_path, _unwritten.Count, failure);
                batch.ForEach(write => write.Done.SetException(failure));
            }

            batch.Clear();
        }
    }

    private void WriteBatch(List<Write> batch)
    {
        var snapshot = batch.FindLastIndex(write => write.IsSnapshot);
        _unwritten.AddRange(batch.Where(write => !write.IsSnapshot).SelectMany(write => write.Records));
        if (
            snapshot < 0
            || !TryReplace([
                .. batch.Skip(snapshot).Where((write, index) => index == 0 || !write.IsSnapshot).SelectMany(write => write.Records),
            ]))
        {
            Append();
        }

        _end = _file.Position;
        _unwritten.Clear();
    }

    private bool TryReplace(IReadOnlyList<byte[]> records)
    {
        try
        {
            var file = CreateOpen(_path, records);
            _file.Dispose();
            _file = file;
            return true;
        }
        catch (IOException failure)
        {
            // The long file holds the same; there may be room for a short one another time.
            _logger.NotCompacted(_path, failure);
            return false;
        }
    }

    private void Append()
    {
        if (_file.Position != _end)
        {
            // What a failed write left.
            _file.SetLength(_end);
            _file.Position = _end;
        }

        WriteRecords(_file, _unwritten);
    }

    private sealed record Write(IReadOnlyList<byte[]> Records, bool IsSnapshot)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
