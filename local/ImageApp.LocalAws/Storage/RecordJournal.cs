using System.Buffers.Binary;
using System.Threading.Channels;

namespace ImageApp.LocalAws.Storage;

/// <summary>
/// An append-only file of records, each wholly there or not at all after a kill -9: what a torn write left at the end is cut off
/// when the journal is opened. Records that wait together reach the disk with one flush.
/// </summary>
internal sealed class RecordJournal : IAsyncDisposable
{
    private const int HeaderBytes = 12;
    private const int MaximumRecordBytes = 64 * 1024 * 1024;

    private readonly FileStream _file;
    private readonly Channel<Entry> _entries = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writer;

    private RecordJournal(FileStream file)
    {
        _file = file;
        _writer = Task.Run(WriteAsync);
    }

    /// <summary>Opens the journal at <paramref name="path"/>, giving every record in it to <paramref name="replay"/>.</summary>
    /// <param name="path">The file; created if missing.</param>
    /// <param name="replay">Takes one record.</param>
    /// <param name="discarded">How many bytes of a torn write were cut off.</param>
    public static RecordJournal Open(string path, Action<ReadOnlySpan<byte>> replay, out long discarded)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 64 * 1024);
        try
        {
            var end = 0L;
            var header = new byte[HeaderBytes];
            while (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) == HeaderBytes)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(header);
                if (length is < 0 or > MaximumRecordBytes)
                {
                    break;
                }

                var record = new byte[length];
                if (file.ReadAtLeast(record, length, throwOnEndOfStream: false) < length || Checksum(record) != BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(4)))
                {
                    break;
                }

                replay(record);
                end = file.Position;
            }

            discarded = file.Length - end;
            file.SetLength(end);
            file.Position = end;
            return new RecordJournal(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Replaces the journal at <paramref name="path"/>, which nobody has open, by one of only <paramref name="records"/>.</summary>
    public static void Rewrite(string path, IEnumerable<byte[]> records)
    {
        var temporary = path + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 64 * 1024))
        {
            foreach (var record in records)
            {
                file.Write(Header(record));
                file.Write(record);
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>
    /// Appends a record. Records are in the file in the order of the calls.
    /// </summary>
    /// <returns>A task that ends when the record is on disk; it fails, as do all later ones, when the file cannot be written.</returns>
    public Task AppendAsync(byte[] record)
    {
        var entry = new Entry(record, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return _entries.Writer.TryWrite(entry) ? entry.Written.Task : throw new ObjectDisposedException(nameof(RecordJournal));
    }

    /// <summary>Writes what is waiting and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        await _writer;
        await _file.DisposeAsync();
    }

    private async Task WriteAsync()
    {
        var batch = new List<Entry>();
        Exception? broken = null;
        while (await _entries.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (_entries.Reader.TryRead(out var entry))
            {
                batch.Add(entry);
            }

            try
            {
                if (broken is not null)
                {
                    throw new IOException($"The journal '{_file.Name}' could not be written before; restart local AWS.", broken);
                }

                foreach (var entry in batch)
                {
                    await _file.WriteAsync(Header(entry.Record));
                    await _file.WriteAsync(entry.Record);
                }

                _file.Flush(flushToDisk: true);
                batch.ForEach(entry => entry.Written.SetResult());
            }
            catch (Exception exception)
            {
                // What is in memory is now ahead of the disk, so nothing more is promised to anybody.
                broken ??= exception;
                batch.ForEach(entry => entry.Written.TrySetException(exception));
            }
        }
    }

    private static byte[] Header(byte[] record)
    {
        var header = new byte[HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header, record.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(4), Checksum(record));
        return header;
    }

    private static ulong Checksum(byte[] record)
    {
        var crc = CyclicRedundancyCheck.Crc64Nvme();
        crc.Append(record);
        return crc.Value;
    }

    private sealed record Entry(byte[] Record, TaskCompletionSource Written);
}
