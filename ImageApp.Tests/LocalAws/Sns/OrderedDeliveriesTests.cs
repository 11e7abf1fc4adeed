using System.Collections.Concurrent;
using ImageApp.LocalAws.Sns;
using ImageApp.LocalAws.Sqs;
using ImageApp.LocalAws.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageApp.Tests.LocalAws.Sns;

public sealed class OrderedDeliveriesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localaws-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_fails_holds_up_its_group_and_no_other()
    {
        await using var deliveries = Open();
        var fails = true;
        var delivered = new ConcurrentQueue<string>();
        deliveries.Start((delivery, _) =>
        {
            if (delivery.Id == "a1" && fails)
            {
                return Task.FromResult<PendingDelivery?>(delivery with { Attempts = delivery.Attempts + 1 });
            }

            delivered.Enqueue(delivery.Id);
            return Task.FromResult<PendingDelivery?>(null);
        });
        await deliveries.AddAsync([Delivery("a", 1), Delivery("b", 2), Delivery("a", 3), Delivery("b", 4)]);
        await Eventually.HoldsAsync(() => Task.FromResult(delivered.Count == 2), "the other group");
        Assert.Equal(["b2", "b4"], delivered);
        fails = false;
        await Eventually.HoldsAsync(() => Task.FromResult(delivered.Count == 4), "the rest");
        Assert.Equal(["b2", "b4", "a1", "a3"], delivered);
    }

    [Fact]
    public async Task What_a_stop_leaves_goes_on_in_order()
    {
        var started = new TaskCompletionSource();
        await using (var first = Open())
        {
            first.Start(async (_, stopped) =>
            {
                started.SetResult();
                await Task.Delay(Timeout.Infinite, stopped);
                return null;
            });
            await first.AddAsync([.. Enumerable.Range(1, 20).Select(number => Delivery("a", number))]);
            await started.Task;
        }

        await using var second = Open();
        await second.AddAsync([Delivery("a", 21)]);
        var delivered = new ConcurrentQueue<string>();
        second.Start((delivery, _) =>
        {
            delivered.Enqueue(delivery.Id);
            return Task.FromResult<PendingDelivery?>(null);
        });
        await Eventually.HoldsAsync(() => Task.FromResult(delivered.Count == 21), "everything");
        Assert.Equal(Enumerable.Range(1, 21).Select(number => $"a{number}"), delivered);
    }

    [Fact]
    public async Task What_breaks_is_tried_again()
    {
        await using var deliveries = Open();
        var attempts = 0;
        deliveries.Start((_, _) => ++attempts == 1
            ? throw new InvalidOperationException("broken")
            : Task.FromResult<PendingDelivery?>(null));
        await deliveries.AddAsync([Delivery("a", 1)]);
        await Eventually.HoldsAsync(() => Task.FromResult(attempts == 2), "the second attempt");
    }

    private static PendingDelivery Delivery(string group, int number) => new()
    {
        Id = $"{group}{number}",
        SubscriptionArn = "subscription",
        Notification = new Notification
        {
            MessageId = $"{number}",
            TopicArn = "topic",
            Message = "x",
            Timestamp = DateTimeOffset.UnixEpoch,
            Attributes = new Dictionary<string, MessageAttribute>(),
            GroupId = group,
            SequenceNumber = $"{number:D20}",
        },
    };

    private OrderedDeliveries Open() => new(
        JournaledMap<PendingDelivery>.Open(
            Path.Combine(_folder, "journal"),
            SnsJsonContext.Default.JournalEntryPendingDelivery,
            NullLogger.Instance),
        TimeProvider.System,
        NullLogger.Instance);
}
