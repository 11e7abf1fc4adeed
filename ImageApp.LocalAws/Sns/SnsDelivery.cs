using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Lambda;
using ImageApp.LocalAws.Policies;
using ImageApp.LocalAws.Sqs;
using ImageApp.LocalAws.Storage;
using ImageApp.LocalAws.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Sns;

/// <summary>
/// Takes messages and brings them to every subscription, at least once: a publish answers when each delivery is on disk.
/// Envelopes: SNS Developer Guide, "Parsing Amazon SNS message formats"; Lambda Developer Guide, "Using Lambda with Amazon SNS".
/// </summary>
internal sealed partial class SnsDelivery(
    TopicStore topics, QueueStore queues, FunctionStore functions, AsynchronousInvoker lambda, EnvelopeSigner signer, EndpointAddress address,
    LocalAwsOptions options, LocalAwsTelemetry telemetry, ILogger<SnsDelivery> logger) : BackgroundService, ITopicPublisher
{
    private const string Principal = "sns.amazonaws.com";
    private const int HttpAttempts = 4;
    private readonly DurableQueue<PendingDelivery> _deliveries = new(Path.Combine(options.DataDirectory, "sns", "deliveries"), StateJson.Default.PendingDelivery);
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(15) };

    /// <inheritdoc/>
    public async Task<string> PublishAsync(ServiceCall caller, string topicArn, string? subject, string message, CancellationToken cancellationToken)
    {
        var topic = topics.Get(topicArn);
        var decision = topic.Policy is { } policy
            ? ResourcePolicy.Evaluate(policy, new PolicyRequest(caller.ServicePrincipal, "sns:Publish", topicArn, Context(caller)))
            : PolicyDecision.ImplicitDeny;
        if (decision != PolicyDecision.Allow)
        {
            throw new AwsServiceException("AuthorizationError",
                $"{caller.ServicePrincipal} is not authorized to perform: SNS:Publish on resource: {topicArn} for source {caller.SourceArn}; the topic policy {Needs(caller, "sns:Publish", topicArn)}",
                System.Net.HttpStatusCode.Forbidden);
        }

        return await PublishAsync(topic, subject, message, [], cancellationToken);
    }

    /// <summary>Publishes for the account itself.</summary>
    /// <returns>The message id.</returns>
    public async Task<string> PublishAsync(Topic topic, string? subject, string message, Dictionary<string, MessageAttribute> attributes, CancellationToken cancellationToken)
    {
        var messageId = Guid.NewGuid().ToString();
        foreach (var subscription in topics.SubscriptionsOf(topic.Arn).Where(subscription => subscription.IsConfirmed && FilterPolicy.Accepts(subscription, message, attributes)))
        {
            await _deliveries.AddAsync(
                new PendingDelivery(subscription.Arn, messageId, subject, message, DateTimeOffset.UtcNow, attributes, LocalAwsTelemetry.CurrentTraceParent()), cancellationToken);
        }

        return messageId;
    }

    /// <summary>Asks an HTTP endpoint to confirm its subscription.</summary>
    public Task RequestConfirmationAsync(Subscription subscription, CancellationToken cancellationToken) => _deliveries.AddAsync(
        new PendingDelivery(
            subscription.Arn, Guid.NewGuid().ToString(), null,
            $"You have chosen to subscribe to the topic {subscription.TopicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.", DateTimeOffset.UtcNow, [], null)
        {
            ConfirmationToken = subscription.Token,
        },
        cancellationToken);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await _deliveries.LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (id, delivery) in _deliveries.ReadAllAsync(stoppingToken))
        {
            // Each on its own: a slow endpoint must not hold up the others.
            _ = DeliverAsync(id, delivery, stoppingToken);
        }
    }

    private async Task DeliverAsync(string id, PendingDelivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            if (topics.FindSubscription(delivery.SubscriptionArn) is { } subscription)
            {
                await DeliverAsync(id, subscription, delivery, cancellationToken);
            }

            _deliveries.Complete(id);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Still on disk: the next start goes on.
        }
        catch (Exception e)
        {
            // The outermost place of this delivery; it stays on disk and is tried again after the next start.
            LogBroken(logger, e, delivery.MessageId, delivery.SubscriptionArn);
        }
    }

    private async Task DeliverAsync(string id, Subscription subscription, PendingDelivery delivery, CancellationToken cancellationToken)
    {
        using var span = telemetry.Start($"SNS deliver {subscription.Protocol}", ActivityKind.Producer, delivery.TraceParent);
        span?.SetTag("messaging.system", "aws_sns").SetTag("messaging.destination.name", subscription.TopicArn).SetTag("messaging.message.id", delivery.MessageId).SetTag("aws.sns.endpoint", subscription.Endpoint);
        try
        {
            switch (subscription.Protocol)
            {
                case "lambda":
                    await InvokeAsync(subscription, delivery, cancellationToken);
                    break;
                case "sqs":
                    await SendAsync(subscription.Endpoint, subscription.TopicArn, subscription.IsRaw ? delivery.Message : Notification(subscription, delivery).ToJsonString(), subscription.IsRaw ? delivery.MessageAttributes : [], cancellationToken);
                    break;
                default:
                    await PostAsync(id, subscription, delivery, cancellationToken);
                    break;
            }
        }
        catch (AwsServiceException e)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            await GiveUpAsync(subscription, delivery, e, cancellationToken);
        }
    }

    private async Task InvokeAsync(Subscription subscription, PendingDelivery delivery, CancellationToken cancellationToken)
    {
        var caller = new ServiceCall(Principal, subscription.TopicArn, options.AccountId);
        var function = functions.Get(subscription.Endpoint);
        if (!function.Allows(caller, "lambda:InvokeFunction"))
        {
            throw new AwsServiceException("AccessDeniedException",
                $"{Principal} is not authorized to perform: lambda:InvokeFunction on resource: {subscription.Endpoint} for source {subscription.TopicArn}; the function's policy {Needs(caller, "lambda:InvokeFunction", subscription.Endpoint)} (an AWS::Lambda::Permission)",
                System.Net.HttpStatusCode.Forbidden);
        }

        var envelope = new JsonObject
        {
            ["Records"] = new JsonArray(new JsonObject
            {
                ["EventSource"] = "aws:sns",
                ["EventVersion"] = "1.0",
                ["EventSubscriptionArn"] = subscription.Arn,
                ["Sns"] = LambdaNotification(subscription, delivery),
            }),
        };
        await lambda.EnqueueAsync(function.Name, Encoding.UTF8.GetBytes(envelope.ToJsonString()), LocalAwsTelemetry.CurrentTraceParent(delivery.TraceParent), cancellationToken);
    }

    private async Task SendAsync(string queueArn, string topicArn, string body, Dictionary<string, MessageAttribute> attributes, CancellationToken cancellationToken)
    {
        var queue = queues.GetByArn(queueArn);
        var caller = new ServiceCall(Principal, topicArn, options.AccountId);
        queues.Authorize(queue, caller);
        await queues.SendAsync(queue, body, attributes, TimeSpan.Zero, [], cancellationToken);
    }

    private async Task PostAsync(string id, Subscription subscription, PendingDelivery delivery, CancellationToken cancellationToken)
    {
        for (var attempt = delivery.Attempts; ; attempt++)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, subscription.Endpoint)
                {
                    Content = new StringContent(
                        subscription.IsRaw && delivery.ConfirmationToken is null ? delivery.Message : Notification(subscription, delivery).ToJsonString(),
                        new MediaTypeHeaderValue("text/plain", "UTF-8")),
                };
                request.Headers.Add("x-amz-sns-message-type", delivery.ConfirmationToken is null ? "Notification" : "SubscriptionConfirmation");
                request.Headers.Add("x-amz-sns-message-id", delivery.MessageId);
                request.Headers.Add("x-amz-sns-topic-arn", subscription.TopicArn);
                request.Headers.Add("x-amz-sns-subscription-arn", subscription.Arn);
                using var response = await _http.SendAsync(request, cancellationToken);
                response.EnsureSuccessStatusCode();
                return;
            }
            catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                if (attempt + 1 >= HttpAttempts)
                {
                    throw new AwsServiceException("EndpointUnreachable", $"{subscription.Endpoint} did not take the message in {HttpAttempts} attempts: {e.Message}");
                }

                await _deliveries.UpdateAsync(id, delivery with { Attempts = attempt + 1 }, cancellationToken);
                await Task.Delay(TimeSpan.FromSeconds(1 << attempt), cancellationToken);
            }
        }
    }

    private async Task GiveUpAsync(Subscription subscription, PendingDelivery delivery, AwsServiceException reason, CancellationToken cancellationToken)
    {
        LogRefused(logger, subscription.TopicArn, subscription.Endpoint, reason.Message);
        if (subscription.Attributes.GetValueOrDefault("RedrivePolicy") is not { Length: > 0 } redrive)
        {
            return;
        }

        var deadLetterQueue = JsonNode.Parse(redrive)?["deadLetterTargetArn"]?.GetValue<string>() ?? "";
        try
        {
            await SendAsync(deadLetterQueue, subscription.TopicArn, Notification(subscription, delivery).ToJsonString(), [], cancellationToken);
            LogDeadLetter(logger, delivery.MessageId, deadLetterQueue);
        }
        catch (AwsServiceException e)
        {
            LogRefused(logger, subscription.TopicArn, deadLetterQueue, e.Message);
        }
    }

    private JsonObject Notification(Subscription subscription, PendingDelivery delivery)
    {
        var message = Envelope(subscription, delivery, delivery.ConfirmationToken is null ? "Notification" : "SubscriptionConfirmation");
        if (delivery.ConfirmationToken is { } token)
        {
            message["Token"] = token;
            message["SubscribeURL"] = $"{address.Url}/?Action=ConfirmSubscription&TopicArn={Uri.EscapeDataString(subscription.TopicArn)}&Token={token}";
        }
        else
        {
            message["UnsubscribeURL"] = $"{address.Url}/?Action=Unsubscribe&SubscriptionArn={Uri.EscapeDataString(subscription.Arn)}";
        }

        message["SigningCertURL"] = address.Url + signer.CertificatePath;
        message["Signature"] = Sign(message);
        if (delivery.MessageAttributes.Count > 0)
        {
            message["MessageAttributes"] = Attributes(delivery);
        }

        return message;
    }

    // Lambda's records spell the two URLs differently and always have every field.
    private JsonObject LambdaNotification(Subscription subscription, PendingDelivery delivery)
    {
        var message = Envelope(subscription, delivery, "Notification");
        message["Signature"] = Sign(message);
        message["SigningCertUrl"] = address.Url + signer.CertificatePath;
        message["UnsubscribeUrl"] = $"{address.Url}/?Action=Unsubscribe&SubscriptionArn={Uri.EscapeDataString(subscription.Arn)}";
        message["MessageAttributes"] = Attributes(delivery);
        if (!message.ContainsKey("Subject"))
        {
            message["Subject"] = null;
        }

        return message;
    }

    private static JsonObject Envelope(Subscription subscription, PendingDelivery delivery, string type)
    {
        var message = new JsonObject
        {
            ["Type"] = type,
            ["MessageId"] = delivery.MessageId,
            ["TopicArn"] = subscription.TopicArn,
            ["Message"] = delivery.Message,
            ["Timestamp"] = delivery.Timestamp.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["SignatureVersion"] = "1",
        };
        if (delivery.Subject is not null)
        {
            message["Subject"] = delivery.Subject;
        }

        return message;
    }

    private string Sign(JsonObject message)
    {
        string[] names = message.ContainsKey("Token")
            ? ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
            : ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
        return signer.Sign(names.Select(name => (name, message[name]?.GetValue<string>())));
    }

    private static JsonObject Attributes(PendingDelivery delivery) => new(delivery.MessageAttributes.Select(attribute => KeyValuePair.Create(
        attribute.Key, (JsonNode?)new JsonObject { ["Type"] = attribute.Value.Type, ["Value"] = attribute.Value.Value })));

    /// <summary>Condition keys of one service's call.</summary>
    public static Dictionary<string, string> Context(ServiceCall caller) => new()
    {
        ["aws:SourceArn"] = caller.SourceArn,
        ["aws:SourceAccount"] = caller.SourceAccount,
        ["aws:SecureTransport"] = "true",
    };

    /// <summary>What a policy lacks.</summary>
    public static string Needs(ServiceCall caller, string action, string resource) =>
        $"needs a statement with Effect Allow, Principal Service {caller.ServicePrincipal}, Action {action}, Resource {resource} and, if it has conditions, aws:SourceArn {caller.SourceArn} and aws:SourceAccount {caller.SourceAccount}";

    [LoggerMessage(Level = LogLevel.Error, Message = "Not delivered from {TopicArn} to {Endpoint}: {Reason}")]
    private static partial void LogRefused(ILogger logger, string topicArn, string endpoint, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} went to the dead-letter queue {QueueArn}")]
    private static partial void LogDeadLetter(ILogger logger, string messageId, string queueArn);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Delivery of message {MessageId} to {SubscriptionArn} broke")]
    private static partial void LogBroken(ILogger logger, Exception exception, string messageId, string subscriptionArn);
}
