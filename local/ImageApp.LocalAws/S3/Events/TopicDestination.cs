using System.Diagnostics;
using ImageApp.LocalAws.Sns;
using ImageApp.LocalAws.Sqs;

namespace ImageApp.LocalAws.S3.Events;

/// <summary>Events to SNS topics.</summary>
internal sealed class TopicDestination(ITopicPublisher topics) : IEventDestination
{
    private const string Subject = "Amazon S3 Notification";

    public string ArnPrefix => "arn:aws:sns:";

    public string Action => "sns:Publish";

    public Task SendAsync(ServiceCall caller, string arn, string message, ActivityContext trace, CancellationToken cancellationToken) =>
        topics.PublishAsync(caller, arn, Subject, message, cancellationToken);

    public Task TestAsync(ServiceCall caller, string arn, string testEvent, CancellationToken cancellationToken) =>
        arn.EndsWith(SqsStore.FifoSuffix, StringComparison.Ordinal)
            ? throw S3Errors.InvalidArgument("The destination is a FIFO topic, which Amazon S3 Event Notifications do not support.")
            : topics.PublishAsync(caller, arn, Subject, testEvent, cancellationToken);
}
