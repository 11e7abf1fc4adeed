using System.Threading.Channels;
using ImageApp.LocalAws.Storage;

namespace ImageApp.LocalAws.Sns;

/// <summary>The deliveries that are under way, on disk, and the way from who publishes to who delivers.</summary>
internal sealed class DeliveryQueue : IAsyncDisposable
{
    private readonly Journal<PendingDelivery> _journal;
    private readonly Channel<PendingDelivery> _ready = Channel.CreateUnbounded<PendingDelivery>();

    public DeliveryQueue(LocalAwsOptions options)
    {
        _journal = Journal<PendingDelivery>.Open(Path.Combine(options.DataDirectory, "sns", "deliveries.journal"), SnsJsonContext.Default.JournalEntryPendingDelivery);
        foreach (var delivery in _journal.Recovered.Values.OrderBy(delivery => delivery.Notification.Timestamp))
        {
            _ready.Writer.TryWrite(delivery);
        }
    }

    /// <summary>Accepts deliveries; done when they are on disk.</summary>
    public async Task AddAsync(IReadOnlyCollection<PendingDelivery> deliveries)
    {
        await _journal.WriteAsync([.. deliveries.Select(delivery => new JournalEntry<PendingDelivery>(delivery.Id, delivery))]);
        foreach (var delivery in deliveries)
        {
            _ready.Writer.TryWrite(delivery);
        }
    }

    public IAsyncEnumerable<PendingDelivery> ReadAllAsync(CancellationToken cancellationToken) => _ready.Reader.ReadAllAsync(cancellationToken);

    /// <summary>Keeps the state of a delivery after a failed attempt.</summary>
    public Task UpdateAsync(PendingDelivery delivery) => _journal.PutAsync(delivery.Id, delivery);

    /// <summary>Forgets a delivery that is over.</summary>
    public Task RemoveAsync(PendingDelivery delivery) => _journal.RemoveAsync(delivery.Id);

    public ValueTask DisposeAsync() => _journal.DisposeAsync();
}
