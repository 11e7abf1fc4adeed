using ImageApp.LocalAws.Storage;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Sns;

/// <summary>
/// The deliveries of FIFO topics, on disk: one after the other in each group of a subscription, so that what fails holds up what follows it
/// (SNS Developer Guide, "Message ordering details for FIFO topics").
/// </summary>
internal sealed class OrderedDeliveries : IAsyncDisposable
{
    private const string Name = "SNS FIFO";

    private static readonly TimeSpan s_delayAfterBreak = TimeSpan.FromSeconds(1);

    private readonly JournaledMap<PendingDelivery> _journal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private Func<PendingDelivery, CancellationToken, Task<PendingDelivery?>>? _attempt;
    private bool _isDisposed;

    public OrderedDeliveries(JournaledMap<PendingDelivery> journal, TimeProvider time, ILogger logger)
    {
        _journal = journal;
        _time = time;
        _logger = logger;
        foreach (var delivery in journal.Recovered.Values.OrderBy(item => item.Notification.SequenceNumber, StringComparer.Ordinal))
        {
            Enqueue(delivery);
        }
    }

    /// <summary>Begins with what was left at the last stop and what came in since.</summary>
    /// <param name="attempt">Makes one attempt; null when the delivery is over, else it with the time of its next attempt.</param>
    public void Start(Func<PendingDelivery, CancellationToken, Task<PendingDelivery?>> attempt)
    {
        lock (_lock)
        {
            _attempt = attempt;
            foreach (var lane in _lanes.Values)
            {
                Run(lane);
            }
        }
    }

    /// <summary>Accepts deliveries in the order of the calls; done when they are on disk.</summary>
    public async Task AddAsync(IReadOnlyCollection<PendingDelivery> deliveries)
    {
        await _journal.WriteAsync([.. deliveries.Select(delivery => new JournalEntry<PendingDelivery>(delivery.Id, delivery))]);
        lock (_lock)
        {
            foreach (var delivery in deliveries)
            {
                Enqueue(delivery);
            }
        }
    }

    /// <summary>Ends the attempts under way; what is not over stays on disk.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        List<Task> running;
        lock (_lock)
        {
            running = [.. _lanes.Values.Select(lane => lane.Running)];
        }

        await Task.WhenAll(running);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        await StopAsync();
        _stop.Dispose();
        await _journal.DisposeAsync();
    }

    private void Enqueue(PendingDelivery delivery)
    {
        var id = $"{delivery.SubscriptionArn} {delivery.Notification.GroupId}";
        if (!_lanes.TryGetValue(id, out var lane))
        {
            _lanes[id] = lane = new Lane(id);
        }

        lane.Waiting.Enqueue(delivery);
        if (_attempt is not null && lane.Waiting.Count == 1)
        {
            Run(lane);
        }
    }

    private void Run(Lane lane)
    {
        // Whoever publishes may be in a trace; the delivery has its own.
        using var flow = ExecutionContext.SuppressFlow();
        lane.Running = Task.Run(() => RunAsync(lane, _attempt!, _stop.Token));
    }

    private async Task RunAsync(
        Lane lane,
        Func<PendingDelivery, CancellationToken, Task<PendingDelivery?>> attempt,
        CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                PendingDelivery head;
                lock (_lock)
                {
                    head = lane.Waiting.Peek();
                }

                await DeliverAsync(head, attempt, cancellationToken);
                lock (_lock)
                {
                    lane.Waiting.Dequeue();
                    if (lane.Waiting.Count == 0)
                    {
                        _lanes.Remove(lane.Id);
                        return;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It is on disk and goes on at the next start.
        }
    }

    private async Task DeliverAsync(
        PendingDelivery delivery,
        Func<PendingDelivery, CancellationToken, Task<PendingDelivery?>> attempt,
        CancellationToken cancellationToken)
    {
        for (PendingDelivery? next = delivery; next is not null;)
        {
            delivery = next;
            var pause = delivery.NotBefore - _time.GetUtcNow();
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, _time, cancellationToken);
            }

            try
            {
                next = await attempt(delivery, cancellationToken);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                next = delivery with { NotBefore = _time.GetUtcNow() + s_delayAfterBreak };
                _logger.AttemptBroke(Name, delivery.Id, s_delayAfterBreak, failure);
            }

            await RecordAsync(delivery.Id, next);
        }
    }

    private async Task RecordAsync(string id, PendingDelivery? state)
    {
        try
        {
            await _journal.WriteAsync([new JournalEntry<PendingDelivery>(id, state)]);
        }
        catch (IOException failure)
        {
            // The delivery's way goes on; at worst it is repeated after a restart, and the queue knows it by its id.
            _logger.StateNotKept(Name, id, failure);
        }
    }

    /// <summary>One group of one subscription.</summary>
    private sealed class Lane(string id)
    {
        public string Id { get; } = id;

        public Queue<PendingDelivery> Waiting { get; } = new();

        public Task Running { get; set; } = Task.CompletedTask;
    }
}
