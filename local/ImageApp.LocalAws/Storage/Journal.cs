using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;

namespace ImageApp.LocalAws.Storage;

/// <summary>
/// A durable map: an append-only file of JSON lines. A write is done when it is flushed to disk; writes that wait at the same time
/// share one flush. A line torn by a kill -9 was never acknowledged and is dropped at the next start.
/// </summary>
internal sealed class Journal<TValue> : IAsyncDisposable
    where TValue : class
{
    private const int MaximumBatch = 256;
    private const long MinimumGarbageBytes = 1 << 20;
    private static readonly byte[] s_newLine = [(byte)'\n'];

    private readonly string _path;
    private readonly JsonTypeInfo<JournalEntry<TValue>> _typeInfo;
    private readonly Dictionary<string, (TValue Value, int Length)> _live = [];
    private readonly Channel<Write> _writes = Channel.CreateUnbounded<Write>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writer;
    private FileStream _file;
    private long _liveBytes;

    private Journal(string path, JsonTypeInfo<JournalEntry<TValue>> typeInfo)
    {
        _path = path;
        _typeInfo = typeInfo;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _file = Load();
        Recovered = _live.ToDictionary(pair => pair.Key, pair => pair.Value.Value);
        _writer = Task.Run(WriteAllAsync);
    }

    /// <summary>What the file held when it was opened.</summary>
    public IReadOnlyDictionary<string, TValue> Recovered { get; }

    /// <summary>Opens the file, or starts an empty one.</summary>
    /// <exception cref="InvalidDataException">A line other than a torn last one cannot be read; names file and line.</exception>
    public static Journal<TValue> Open(string path, JsonTypeInfo<JournalEntry<TValue>> typeInfo) => new(path, typeInfo);

    /// <summary>Sets a value; done when it is on disk.</summary>
    public Task PutAsync(string key, TValue value) => WriteAsync([new JournalEntry<TValue>(key, value)]);

    /// <summary>Removes a value; done when that is on disk. A caller that only saves repeated work by it need not wait.</summary>
    public Task RemoveAsync(string key) => WriteAsync([new JournalEntry<TValue>(key, null)]);

    /// <summary>Writes several entries in order, with one flush.</summary>
    public Task WriteAsync(IReadOnlyCollection<JournalEntry<TValue>> entries)
    {
        if (entries.Count == 0)
        {
            return Task.CompletedTask;
        }

        var write = new Write(entries, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        ObjectDisposedException.ThrowIf(!_writes.Writer.TryWrite(write), this);
        return write.Done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        if (_writes.Writer.TryComplete())
        {
            await _writer;
            await _file.DisposeAsync();
        }
    }

    private FileStream Load()
    {
        var file = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 0);
        try
        {
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            var start = 0;
            for (var line = 1; ; line++)
            {
                var length = bytes.AsSpan(start).IndexOf((byte)'\n');
                if (length < 0)
                {
                    break;
                }

                Apply(Parse(bytes.AsSpan(start, length), line), length + 1);
                start += length + 1;
            }

            file.SetLength(start);
            file.Position = start;
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private JournalEntry<TValue> Parse(ReadOnlySpan<byte> line, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(line, _typeInfo) ?? throw new JsonException("The line is null.");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"{_path}, line {number}, is damaged: {failure.Message} Remove the line, or the file to start without its content.", failure);
        }
    }

    private void Apply(JournalEntry<TValue> entry, int length)
    {
        if (_live.Remove(entry.Key, out var replaced))
        {
            _liveBytes -= replaced.Length;
        }

        if (entry.Value is not null)
        {
            _live[entry.Key] = (entry.Value, length);
            _liveBytes += length;
        }
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
                Append(batch);
            }
            catch (Exception failure)
            {
                // Whoever waits gets the failure, a full disk for example; the journal itself goes on, with the file as it was before.
                batch.ForEach(write => write.Done.TrySetException(failure));
            }

            batch.ForEach(write => write.Done.TrySetResult());
            batch.Clear();
        }
    }

    private void Append(List<Write> batch)
    {
        var before = _file.Length;
        using var lines = new MemoryStream();
        var applied = new List<(JournalEntry<TValue> Entry, int Length)>();
        foreach (var entry in batch.SelectMany(write => write.Entries))
        {
            var start = lines.Length;
            JsonSerializer.Serialize(lines, entry, _typeInfo);
            lines.Write(s_newLine);
            applied.Add((entry, (int)(lines.Length - start)));
        }

        try
        {
            _file.Write(lines.GetBuffer(), 0, (int)lines.Length);
            _file.Flush(flushToDisk: true);
        }
        catch
        {
            _file.SetLength(before);
            _file.Position = before;
            throw;
        }

        applied.ForEach(item => Apply(item.Entry, item.Length));
        var garbage = _file.Length - _liveBytes;
        if (garbage > MinimumGarbageBytes && garbage > 2 * _liveBytes)
        {
            Compact();
        }
    }

    private void Compact()
    {
        var temporary = _path + ".tmp";
        var file = new FileStream(temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            foreach (var (key, (value, _)) in _live)
            {
                JsonSerializer.Serialize(file, new JournalEntry<TValue>(key, value), _typeInfo);
                file.Write(s_newLine);
            }

            file.Flush(flushToDisk: true);
            File.Move(temporary, _path, overwrite: true);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        _file.Dispose();
        _file = file;
        Debug.Assert(_file.Length == _liveBytes, "Each live line is written once.");
    }

    private sealed record Write(IReadOnlyCollection<JournalEntry<TValue>> Entries, TaskCompletionSource Done);
}
