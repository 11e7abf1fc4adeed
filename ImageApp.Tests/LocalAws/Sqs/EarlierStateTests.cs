using System.Text.Json.Nodes;
using ImageApp.LocalAws.Storage;

namespace ImageApp.Tests.LocalAws.Sqs;

/// <summary>What earlier versions left on disk.</summary>
public sealed class EarlierStateTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_queue_with_its_messages_and_their_receipts_is_read()
    {
        var folder = Directory.CreateTempSubdirectory("localaws-").FullName;
        try
        {
            var queue = Path.Combine(folder, "sqs", "work");
            Directory.CreateDirectory(queue);
            await File.WriteAllTextAsync(
                Path.Combine(queue, "queue.json"),
                """
                {"Name":"work","Attributes":{"VisibilityTimeout":"7"},"Tags":{"team":"images"},"CreatedAt":"2026-01-01T00:00:00+00:00",
                "LastModifiedAt":"2026-01-01T00:00:00+00:00"}
                """,
                Cancelled);
            var handle = Guid.NewGuid().ToString("N");
            var now = DateTimeOffset.UtcNow;
            byte[] Record(string id, long sequence, DateTimeOffset visibleAt, string? receipt)
            {
                var message = new JsonObject
                {
                    ["MessageId"] = id,
                    ["Sequence"] = sequence,
                    ["Body"] = id,
                    ["Attributes"] = new JsonObject(),
                    ["SenderId"] = "000000000000",
                    ["SentAt"] = now,
                    ["VisibleAt"] = visibleAt,
                    ["ReceiveCount"] = receipt is null ? 0 : 1,
                };
                if (receipt is not null)
                {
                    message["ReceiptHandle"] = receipt;
                }

                return System.Text.Encoding.UTF8.GetBytes(new JsonObject { ["Key"] = id, ["Value"] = message }.ToJsonString());
            }

            Journal.Create(
                Path.Combine(queue, "messages.journal"),
                [Record("in flight", 1, now.AddHours(1), handle), Record("waiting", 2, now, null)]);
            await using var aws = await LocalAwsInstance.StartAsync(folder: folder);
            var url = (await aws.Sqs.GetQueueUrlAsync("work", Cancelled)).QueueUrl;
            await aws.Sqs.ChangeMessageVisibilityAsync(url, handle, 60, Cancelled);
            await aws.Sqs.DeleteMessageAsync(url, handle, Cancelled);
            Assert.Equal("waiting", (await aws.ReceiveAsync(url)).Body);
            var attributes = (await aws.Sqs.GetQueueAttributesAsync(url, ["All"], Cancelled)).Attributes;
            Assert.Equal(
                ("7", "true", "0", "0"),
                (
                    attributes["VisibilityTimeout"],
                    attributes["SqsManagedSseEnabled"],
                    attributes["ApproximateNumberOfMessages"],
                    attributes["ApproximateNumberOfMessagesNotVisible"]));
            await aws.Sqs.SendMessageAsync(url, "new", Cancelled);
            Assert.Equal("new", (await aws.ReceiveAsync(url)).Body);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
