using System.Diagnostics;
using ImageApp.LocalAws.Lambda;
using ImageApp.LocalAws.Sqs;

namespace ImageApp.LocalAws.S3.Events;

/// <summary>Events to SQS queues, which must not be FIFO queues.</summary>
internal sealed class QueueDestination(SqsStore queues) : IEventDestination
{
    public string ArnPrefix => "arn:aws:sqs:";

    public string Action => "sqs:SendMessage";

    public Task SendAsync(ServiceCall caller, string arn, string message, ActivityContext trace, CancellationToken cancellationToken) =>
        queues.SendAsync(
            caller,
            arn,
            new OutgoingMessage
            {
                Body = message,
                Attributes = new Dictionary<string, MessageAttribute>(),
                SenderId = caller.ServicePrincipal,
                TraceHeader = trace == default ? null : XRayTraceHeader.From(trace),
            },
            cancellationToken);

    public Task TestAsync(ServiceCall caller, string arn, string testEvent, CancellationToken cancellationToken) =>
        arn.EndsWith(SqsStore.FifoSuffix, StringComparison.Ordinal)
            ? throw S3Errors.InvalidArgument("The destination is a FIFO queue, which Amazon S3 Event Notifications do not support.")
            : SendAsync(caller, arn, testEvent, default, cancellationToken);
}
