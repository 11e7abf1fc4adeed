using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using ImageApp.LocalAws;
using ImageApp.LocalAws.Sns;

namespace ImageApp.Tests.LocalAws.S3;

/// <summary>Topics that keep what is published to them; the seam between S3 and SNS.</summary>
public sealed class RecordingTopics : ITopicPublisher
{
    private readonly ConcurrentQueue<PublishedMessage> _messages = new();
    private readonly Channel<PublishedMessage> _published = Channel.CreateUnbounded<PublishedMessage>();

    /// <summary>What answers instead of taking the message, where not null.</summary>
    public Func<PublishedMessage, Exception?> Refuse { get; set; } = _ => null;

    public IReadOnlyList<PublishedMessage> Messages => [.. _messages];

    public Task<string> PublishAsync(ServiceCall caller, string topicArn, string? subject, string message, CancellationToken cancellationToken)
    {
        var published = new PublishedMessage(caller, topicArn, subject, message, Activity.Current?.Id);
        if (Refuse(published) is { } exception)
        {
            return Task.FromException<string>(exception);
        }

        _messages.Enqueue(published);
        _published.Writer.TryWrite(published);
        return Task.FromResult(Guid.NewGuid().ToString());
    }

    /// <summary>Waits until <paramref name="count"/> messages of events, not of tests, are there.</summary>
    public async Task<IReadOnlyList<JsonElement>> WaitForEventsAsync(int count)
    {
        while (true)
        {
            var events = Events();
            if (events.Count >= count)
            {
                return events;
            }

            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            deadline.CancelAfter(TimeSpan.FromSeconds(60));
            await _published.Reader.ReadAsync(deadline.Token);
        }
    }

    public IReadOnlyList<JsonElement> Events() =>
        [.. _messages.Select(message => JsonDocument.Parse(message.Message).RootElement).Where(root => root.TryGetProperty("Records", out _)).Select(root => root.GetProperty("Records")[0])];
}
