using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Storage;

/// <summary>
/// One record of a <see cref="JournaledMap{TValue}"/>: the value that <paramref name="Key"/> has from here on; null where it is removed.
/// </summary>
internal sealed record JournalEntry<TValue>(string Key, TValue? Value)
    where TValue : class;

/// <summary>A durable map: a <see cref="Journal"/> of entries, made shorter when most of it is out of date.</summary>
internal sealed class JournaledMap<TValue> : IAsyncDisposable
    where TValue : class
{
    private const long MinimumGarbageBytes = 1 << 20;

    private readonly JsonTypeInfo<JournalEntry<TValue>> _typeInfo;
    private readonly Journal _journal;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (TValue Value, int Length)> _live = new(StringComparer.Ordinal);
    private long _bytes;
    private long _liveBytes;

    private JournaledMap(string path, JsonTypeInfo<JournalEntry<TValue>> typeInfo, ILogger logger)
    {
        _typeInfo = typeInfo;
        _journal = Journal.Open(
            path,
            record => Apply(JsonSerializer.Deserialize(record, typeInfo) ?? throw new JsonException("The record is null."), record.Length),
            logger);
        Recovered = _live.ToDictionary(pair => pair.Key, pair => pair.Value.Value, StringComparer.Ordinal);
    }

    /// <summary>What the file held when it was opened.</summary>
    public IReadOnlyDictionary<string, TValue> Recovered { get; }

    /// <summary>Opens the file, or starts an empty one.</summary>
    /// <exception cref="InvalidDataException">It is damaged; names file and offset.</exception>
    public static JournaledMap<TValue> Open(string path, JsonTypeInfo<JournalEntry<TValue>> typeInfo, ILogger logger) =>
        new(path, typeInfo, logger);

    /// <summary>Sets a value; done when it is on disk.</summary>
    public Task PutAsync(string key, TValue value) => WriteAsync([new JournalEntry<TValue>(key, value)]);

    /// <summary>Removes a value; done when that is on disk. A caller that only saves repeated work by it need not wait.</summary>
    public Task RemoveAsync(string key) => WriteAsync([new JournalEntry<TValue>(key, null)]);

    /// <summary>Writes several entries in order, with one flush.</summary>
    public Task WriteAsync(IReadOnlyCollection<JournalEntry<TValue>> entries)
    {
        var records = entries.Select(entry => (Entry: entry, Bytes: JsonSerializer.SerializeToUtf8Bytes(entry, _typeInfo))).ToList();
        lock (_lock)
        {
            records.ForEach(record => Apply(record.Entry, record.Bytes.Length));
            var written = _journal.AppendAsync([.. records.Select(record => record.Bytes)]);
            var garbage = _bytes - _liveBytes;
            if (garbage > MinimumGarbageBytes && garbage > 2 * _liveBytes)
            {
                _journal.Compact([
                    .. _live.Select(pair =>
                        JsonSerializer.SerializeToUtf8Bytes(new JournalEntry<TValue>(pair.Key, pair.Value.Value), _typeInfo)),
                ]);
                _bytes = _liveBytes;
            }

            return written;
        }
    }

    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    private void Apply(JournalEntry<TValue> entry, int length)
    {
        length += Journal.HeaderBytes;
        _bytes += length;
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
}
