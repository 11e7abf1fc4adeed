using System.Diagnostics;
using ImageApp.LocalAws.Lambda;

namespace ImageApp.LocalAws.Sns;

/// <summary>Delivers to functions by asynchronous invocation, if the function's policy allows it.</summary>
internal sealed class FunctionEndpoint(LambdaStore functions, Envelope envelope, LocalAwsOptions options) : ISubscriptionEndpoint
{
    public string Action => "lambda:InvokeFunction";

    public bool Delivers(string protocol) => protocol == "lambda";

    public DeliveryPolicy PolicyOf(Topic topic, Subscription subscription) => DeliveryPolicy.Managed;

    public Task DeliverAsync(
        Topic topic,
        Subscription subscription,
        Notification notification,
        ActivityContext trace,
        CancellationToken cancellationToken) =>
        functions.EnqueueAsync(
            new ServiceCall(SnsStore.Principal, topic.Arn, options.AccountId),
            subscription.Endpoint,
            envelope.ForFunction(topic, subscription, notification),
            trace);
}
