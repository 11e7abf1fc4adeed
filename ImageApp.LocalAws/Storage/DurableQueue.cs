using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;

namespace ImageApp.LocalAws.Storage;

/// <summary>
/// Work that survives a kill -9: each item is a file in a folder from before it is acknowledged until it is done. Items come out in the
/// order they went in; what was unfinished at the last stop comes out first.
/// </summary>
internal sealed class DurableQueue<T>(string folder, JsonTypeInfo<T> type)
{
    private readonly Channel<DurableItem<T>> _ready = Channel.CreateUnbounded<DurableItem<T>>();
    private readonly ConcurrentDictionary<string, T> _items = new(StringComparer.Ordinal);
    private long _last;

    /// <summary>Reads what an earlier run left.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        foreach (var path in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            var item = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(path, cancellationToken), type)
                ?? throw new InvalidDataException($"{path} is empty.");
            var id = Path.GetFileNameWithoutExtension(path);
            _items[id] = item;
            _last = Math.Max(_last, long.Parse(id.AsSpan(0, 19), NumberStyles.None, CultureInfo.InvariantCulture));
            await _ready.Writer.WriteAsync(new DurableItem<T>(id, item), cancellationToken);
        }
    }

    /// <summary>How many items are not done.</summary>
    public int Count => _items.Count;

    /// <summary>Stores an item and hands it out.</summary>
    public async Task AddAsync(T value, CancellationToken cancellationToken)
    {
        var item = await StoreAsync(value, cancellationToken);
        Release(item);
    }

    /// <summary>Stores an item without handing it out yet: what it tells of has not happened yet.</summary>
    public async Task<DurableItem<T>> StoreAsync(T value, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _last).ToString("D19", CultureInfo.InvariantCulture);
        await WriteAsync(id, value, cancellationToken);
        return new DurableItem<T>(id, value);
    }

    /// <summary>Hands out an item that <see cref="StoreAsync"/> stored.</summary>
    public void Release(DurableItem<T> item) => _ready.Writer.TryWrite(item);

    /// <summary>Replaces an item's content, for example its count of attempts.</summary>
    public Task UpdateAsync(string id, T value, CancellationToken cancellationToken) => WriteAsync(id, value, cancellationToken);

    /// <summary>Forgets an item that is done.</summary>
    public void Complete(string id)
    {
        _items.TryRemove(id, out _);
        File.Delete(PathOf(id));
    }

    /// <summary>Items as they become ready, for ever.</summary>
    public IAsyncEnumerable<DurableItem<T>> ReadAllAsync(CancellationToken cancellationToken) => _ready.Reader.ReadAllAsync(cancellationToken);

    private async Task WriteAsync(string id, T value, CancellationToken cancellationToken)
    {
        await AtomicFile.WriteAsync(PathOf(id), JsonSerializer.SerializeToUtf8Bytes(value, type), cancellationToken);
        _items[id] = value;
    }

    private string PathOf(string id) => Path.Combine(folder, id + ".json");
}
