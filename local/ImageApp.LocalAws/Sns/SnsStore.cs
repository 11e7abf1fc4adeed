using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageApp.LocalAws.Policies;
using ImageApp.LocalAws.Protocols;
using ImageApp.LocalAws.Sqs;
using ImageApp.LocalAws.Storage;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Sns;

/// <summary>The account's topics and subscriptions, and publishing to them.</summary>
internal sealed partial class SnsStore : ITopicPublisher, IDisposable
{
    /// <summary>As whom SNS calls other services.</summary>
    public const string Principal = "sns.amazonaws.com";

    private const int MaximumMessageBytes = 256 * 1024;
    private const int MaximumSubjectLength = 100;

    private readonly LocalAwsOptions _options;
    private readonly Outbox<PendingDelivery> _deliveries;
    private readonly JsonFolder<Topic> _topicFiles;
    private readonly JsonFolder<Subscription> _subscriptionFiles;
    private readonly TimeProvider _time;
    private readonly ILogger<SnsStore> _logger;
    private readonly ConcurrentDictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Subscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _change = new(1);

    public SnsStore(LocalAwsOptions options, Outbox<PendingDelivery> deliveries, TimeProvider time, ILogger<SnsStore> logger)
    {
        _options = options;
        _deliveries = deliveries;
        _time = time;
        _logger = logger;
        var folder = Path.Combine(options.DataDirectory, "sns");
        _topicFiles = new JsonFolder<Topic>(Path.Combine(folder, "topics"), SnsJsonContext.Default.Topic);
        _subscriptionFiles = new JsonFolder<Subscription>(Path.Combine(folder, "subscriptions"), SnsJsonContext.Default.Subscription);
        foreach (var topic in _topicFiles.Load())
        {
            _topics[topic.Arn] = topic;
        }

        foreach (var subscription in _subscriptionFiles.Load())
        {
            _subscriptions[subscription.Arn] = subscription;
        }
    }

    public IEnumerable<Topic> Topics => _topics.Values.OrderBy(topic => topic.Arn, StringComparer.Ordinal);

    public IEnumerable<Subscription> Subscriptions =>
        _subscriptions.Values.OrderBy(subscription => subscription.Arn, StringComparer.Ordinal);

    /// <summary>The topic's policy, or the default one.</summary>
    public string PolicyOf(Topic topic) =>
        topic.Attributes.GetValueOrDefault(Topic.PolicyAttribute) ?? TopicPolicy.Default(topic.Arn, _options.AccountId);

    /// <summary>Creates a topic, or finds the one of that name.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>: name or attributes are not allowed, or the topic has
    /// others.</exception>
    public async Task<Topic> CreateAsync(
        string name,
        IReadOnlyDictionary<string, string> attributes,
        IReadOnlyDictionary<string, string> tags,
        CancellationToken cancellationToken)
    {
        if (!TopicName().IsMatch(name))
        {
            throw Invalid("Topic Name", $"'{name}' is not 1 to 256 letters, digits, '-' and '_'. FIFO topics are not offered locally.");
        }

        var valid = ChangeAttributes(new Dictionary<string, string>(), attributes);
        return await ChangeAsync(
            async () =>
            {
                var arn = $"arn:aws:sns:{_options.Region}:{_options.AccountId}:{name}";
                if (_topics.TryGetValue(arn, out var existing))
                {
                    var different = valid.FirstOrDefault(pair => existing.Attributes.GetValueOrDefault(pair.Key) != pair.Value).Key;
                    return different is null
                        ? existing
                        : throw Invalid("Attributes", $"Topic already exists with a different value for {different}.");
                }

                return await StoreAsync(
                    new Topic
                    {
                        Arn = arn,
                        Attributes = valid,
                        Tags = tags,
                    },
                    cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>Deletes a topic and its subscriptions; one that is gone is no error.</summary>
    public Task DeleteAsync(string topicArn, CancellationToken cancellationToken) => ChangeAsync(
        () =>
        {
            if (_topics.TryRemove(topicArn, out _))
            {
                _topicFiles.Delete(FileName(topicArn));
                SubscriptionsOf(topicArn).ToList().ForEach(Remove);
            }

            return Task.FromResult(true);
        },
        cancellationToken);

    /// <summary>The topic of an ARN.</summary>
    /// <exception cref="AwsServiceException"><c>NotFound</c>.</exception>
    public Topic Get(string topicArn) =>
        _topics.GetValueOrDefault(topicArn)
        ?? throw new AwsServiceException(
            "NotFound",
            $"Topic does not exist: {topicArn}. The topics of this account are: {string.Join(", ", Topics.Select(topic => topic.Arn))}.",
            HttpStatusCode.NotFound);

    /// <summary>Changes attributes; an empty value removes one.</summary>
    public Task<Topic> SetAttributesAsync(
        string topicArn,
        IReadOnlyDictionary<string, string> changes,
        CancellationToken cancellationToken) =>
        ChangeAsync(
            () =>
            {
                var topic = Get(topicArn);
                return StoreAsync(topic with { Attributes = ChangeAttributes(topic.Attributes, changes) }, cancellationToken);
            },
            cancellationToken);

    public Task<Topic> SetTagsAsync(
        string topicArn,
        Func<IReadOnlyDictionary<string, string>, IReadOnlyDictionary<string, string>> change,
        CancellationToken cancellationToken) =>
        ChangeAsync(
            () =>
            {
                var topic = Get(topicArn);
                return StoreAsync(topic with { Tags = change(topic.Tags) }, cancellationToken);
            },
            cancellationToken);

    /// <summary>Changes the policy by a function of the present one.</summary>
    public Task<Topic> ChangePolicyAsync(string topicArn, Func<string, string> change, CancellationToken cancellationToken) =>
        ChangeAsync(
            () =>
            {
                var topic = Get(topicArn);
                var changes = new Dictionary<string, string> { [Topic.PolicyAttribute] = change(PolicyOf(topic)) };
                return StoreAsync(topic with { Attributes = ChangeAttributes(topic.Attributes, changes) }, cancellationToken);
            },
            cancellationToken);

    public IEnumerable<Subscription> SubscriptionsOf(string topicArn) =>
        Subscriptions.Where(subscription => subscription.TopicArn == topicArn);

    /// <summary>The subscription of an ARN.</summary>
    /// <exception cref="AwsServiceException"><c>NotFound</c>.</exception>
    public Subscription GetSubscription(string subscriptionArn) => _subscriptions.GetValueOrDefault(subscriptionArn)
        ?? throw new AwsServiceException("NotFound", $"Subscription does not exist: {subscriptionArn}", HttpStatusCode.NotFound);

    /// <summary>A subscription and its topic; null where either is gone.</summary>
    public (Topic Topic, Subscription Subscription)? Find(string subscriptionArn) =>
        _subscriptions.TryGetValue(subscriptionArn, out var subscription) && _topics.TryGetValue(subscription.TopicArn, out var topic)
            ? (topic, subscription)
            : null;

    /// <summary>Subscribes an endpoint, or finds its subscription; an HTTP endpoint is asked to confirm it.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>, naming what is allowed.</exception>
    public async Task<Subscription> SubscribeAsync(
        string topicArn,
        string protocol,
        string endpoint,
        IReadOnlyDictionary<string, string> attributes,
        CancellationToken cancellationToken)
    {
        ValidateEndpoint(protocol, endpoint);
        var valid = SubscriptionAttributes.Change(protocol, new Dictionary<string, string>(), attributes);
        var subscription = await ChangeAsync(
            async () =>
            {
                Get(topicArn);
                if (
                    SubscriptionsOf(topicArn).FirstOrDefault(item => item.Protocol == protocol && item.Endpoint == endpoint) is { } existing
                )
                {
                    var different = valid.FirstOrDefault(pair => existing.Attributes.GetValueOrDefault(pair.Key) != pair.Value).Key;
                    return different is null
                        ? existing
                        : throw Invalid("Attributes", $"Subscription already exists with a different value for {different}.");
                }

                return await StoreAsync(
                    new Subscription
                    {
                        Arn = $"{topicArn}:{Guid.NewGuid()}",
                        TopicArn = topicArn,
                        Protocol = protocol,
                        Endpoint = endpoint,
                        Attributes = valid,
                        IsConfirmed = protocol is "lambda" or "sqs",
                        Token = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(64)),
                    },
                    cancellationToken);
            },
            cancellationToken);
        if (!subscription.IsConfirmed)
        {
            await SendConfirmationAsync(subscription);
        }

        return subscription;
    }

    /// <summary>Confirms a subscription by the token that its endpoint got.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>: no subscription of the topic has that token.</exception>
    public Task<Subscription> ConfirmAsync(string topicArn, string token, CancellationToken cancellationToken) =>
        ChangeAsync(
            async () =>
            {
                Get(topicArn);
                var subscription =
                    SubscriptionsOf(topicArn).FirstOrDefault(item => item.Token == token)
                    ?? throw Invalid("Token", "no subscription of the topic waits for it.");
                if (subscription.IsConfirmed)
                {
                    return subscription;
                }

                _logger.Confirmed(subscription.Arn, subscription.Endpoint);
                return await StoreAsync(subscription with { IsConfirmed = true }, cancellationToken);
            },
            cancellationToken);

    /// <summary>Ends a subscription; one that is gone is no error.</summary>
    public Task UnsubscribeAsync(string subscriptionArn, CancellationToken cancellationToken) => ChangeAsync(
        () =>
        {
            if (_subscriptions.TryGetValue(subscriptionArn, out var subscription))
            {
                Remove(subscription);
            }

            return Task.FromResult(true);
        },
        cancellationToken);

    /// <summary>Changes a subscription's attributes; an empty value removes one.</summary>
    public Task<Subscription> SetSubscriptionAttributesAsync(
        string subscriptionArn,
        IReadOnlyDictionary<string, string> changes,
        bool replaces,
        CancellationToken cancellationToken) =>
        ChangeAsync(
            () =>
            {
                var subscription = GetSubscription(subscriptionArn);
                var before = replaces ? new Dictionary<string, string>() : subscription.Attributes;
                return StoreAsync(
                    subscription with
                    {
                        Attributes = SubscriptionAttributes.Change(subscription.Protocol, before, changes),
                    },
                    cancellationToken);
            },
            cancellationToken);

    /// <summary>Publishes for the account's owner; done when the message is on disk for every subscription.</summary>
    /// <returns>The message id.</returns>
    /// <exception cref="AwsServiceException"><c>NotFound</c>, or <c>InvalidParameter</c> naming what is wrong with the message.</exception>
    public async Task<string> PublishAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var topic = Get(request.TopicArn);
        var messages = Validate(request);
        var (activity, trace) = LocalAwsTelemetry.Start("SNS Publish", ActivityKind.Producer, Activity.Current?.Context ?? default);
        using var ended = activity;
        var messageId = Guid.NewGuid().ToString();
        activity
            ?.SetTag("messaging.system", "aws.sns")
            .SetTag("messaging.destination.name", topic.Arn)
            .SetTag("messaging.message.id", messageId);
        var now = _time.GetUtcNow();
        var deliveries = SubscriptionsOf(topic.Arn)
            .Where(subscription => subscription.IsConfirmed)
            .Select(subscription => (subscription, Message: messages(subscription.Protocol)))
            .Where(item => IsWanted(item.subscription, item.Message, request.Attributes))
            .Select(item => new PendingDelivery
            {
                Id = $"{messageId}/{item.subscription.Arn}",
                SubscriptionArn = item.subscription.Arn,
                Notification = new Notification
                {
                    MessageId = messageId,
                    TopicArn = topic.Arn,
                    Subject = request.Subject,
                    Message = item.Message,
                    Timestamp = now,
                    Attributes = request.Attributes,
                },
                NotBefore = now,
                TraceParent = LocalAwsTelemetry.TraceParent(trace),
            })
            .ToList();
        await _deliveries.AddAsync(deliveries);
        _logger.Published(messageId, topic.Arn, deliveries.Count);
        return messageId;
    }

    /// <inheritdoc />
    public Task<string> PublishAsync(
        ServiceCall caller,
        string topicArn,
        string? subject,
        string message,
        CancellationToken cancellationToken)
    {
        const string Action = "sns:Publish";
        var topic = Get(topicArn);
        var decision = ServiceCallAuthorization.Decide(caller, Action, topic.Arn, PolicyOf(topic), _time.GetUtcNow());
        if (decision != PolicyDecision.Allow)
        {
            var owner = topic.Attributes.ContainsKey(Topic.PolicyAttribute)
                ? $"The policy of topic {topic.Arn}"
                : $"The default policy of topic {topic.Arn} allows its own account only: it";
            var reason = ServiceCallAuthorization.Explain(decision, caller, Action, topic.Arn, owner);
            _logger.PublishRefused(caller.ServicePrincipal, topic.Arn, caller.SourceArn, reason);
            throw new AwsServiceException(
                "AuthorizationError",
                $"{caller.ServicePrincipal} is not authorized to perform {Action} on {topic.Arn} on behalf of {caller.SourceArn}. {reason}",
                HttpStatusCode.Forbidden);
        }

        return PublishAsync(
            new PublishRequest(topicArn, message, subject, IsStructured: false, new Dictionary<string, MessageAttribute>()),
            cancellationToken);
    }

    public void Dispose() => _change.Dispose();

    private static bool IsWanted(Subscription subscription, string message, IReadOnlyDictionary<string, MessageAttribute> attributes) =>
        !subscription.Attributes.TryGetValue(Subscription.FilterPolicyAttribute, out var policy)
        || FilterPolicy
            .Parse(policy, subscription.Attributes.GetValueOrDefault(Subscription.FilterPolicyScopeAttribute))
            .Matches(message, attributes);

    /// <summary>The part of an ARN that is the resource's own.</summary>
    private static string FileName(string arn) => string.Join('.', arn.Split(':')[5..]);

    private static Dictionary<string, string> ChangeAttributes(
        IReadOnlyDictionary<string, string> before,
        IReadOnlyDictionary<string, string> changes)
    {
        var after = new Dictionary<string, string>(before, StringComparer.Ordinal);
        foreach (var (name, value) in changes)
        {
            if (value.Length == 0)
            {
                after.Remove(name);
                continue;
            }

            ValidateAttribute(name, value);
            after[name] = value;
        }

        return after;
    }

    private static void ValidateAttribute(string name, string value)
    {
        switch (name)
        {
            case Topic.PolicyAttribute:
                try
                {
                    ResourcePolicy.Validate(value);
                }
                catch (AwsServiceException malformed)
                {
                    throw Invalid("Policy", malformed.Message);
                }

                break;
            case Topic.DeliveryPolicyAttribute:
                DeliveryPolicy.Parse(value, ofTopic: true);
                break;
            case Topic.DisplayNameAttribute when value.Length > 100:
                throw Invalid("DisplayName", $"it has {value.Length} characters; allowed are 100.");
            case Topic.SignatureVersionAttribute when value is not ("1" or "2"):
                throw Invalid("SignatureVersion", $"'{value}' is neither 1 nor 2.");
            case Topic.DisplayNameAttribute or Topic.SignatureVersionAttribute or "TracingConfig":
                break;
            default:
                throw Invalid(
                    "AttributeName",
                    $"'{name}'; allowed are Policy, DisplayName, DeliveryPolicy, SignatureVersion and TracingConfig.");
        }
    }

    private static void ValidateEndpoint(string protocol, string endpoint)
    {
        var isValid = protocol switch
        {
            "lambda" => FunctionArn().IsMatch(endpoint),
            "sqs" => QueueArn().IsMatch(endpoint),
            "http" or "https" => Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme == protocol,
            _ => throw Invalid("Protocol", $"'{protocol}'; allowed locally are lambda, sqs, http and https."),
        };
        if (!isValid)
        {
            throw Invalid("Endpoint", protocol switch
            {
                "lambda" => $"'{endpoint}' is not the ARN of a function, arn:aws:lambda:region:account:function:name.",
                "sqs" => $"'{endpoint}' is not the ARN of a queue, arn:aws:sqs:region:account:name.",
                _ => $"'{endpoint}' is not an absolute {protocol} URL.",
            });
        }
    }

    /// <summary>Checks the message and gives the text for each protocol.</summary>
    private static Func<string, string> Validate(PublishRequest request)
    {
        if (request.Message.Length == 0)
        {
            throw Invalid("Message", "Empty message.");
        }

        if (
            request.Subject is { } subject
            && (
                subject.Length is 0 or > MaximumSubjectLength
                || subject.Any(character => character is '\n' or '\r' || char.IsControl(character))))
        {
            throw Invalid(
                "Subject",
                $"it must have 1 to {MaximumSubjectLength} characters without line breaks and control characters but has {subject.Length}."
            );
        }

        foreach (var (name, attribute) in request.Attributes)
        {
            if (attribute.DataType != "String.Array")
            {
                MessageAttribute.Validate(name, attribute, "InvalidParameterValue");
            }
        }

        var size =
            Encoding.UTF8.GetByteCount(request.Message) + request.Attributes.Sum(pair => MessageAttribute.SizeOf(pair.Key, pair.Value));
        if (size > MaximumMessageBytes)
        {
            throw Invalid("Message", $"Message too long: {size} bytes with its attributes; allowed are {MaximumMessageBytes}.");
        }

        return request.IsStructured ? Structured(request.Message) : _ => request.Message;
    }

    private static Func<string, string> Structured(string message)
    {
        JsonObject? texts;
        try
        {
            texts = JsonText.Parse(message) as JsonObject;
        }
        catch (JsonException failure)
        {
            throw Invalid("Message Structure", $"JSON message body failed to parse: {failure.Message}");
        }

        if (texts?["default"]?.GetValueKind() != JsonValueKind.String)
        {
            throw Invalid("Message Structure", "No default entry in JSON message body.");
        }

        return protocol =>
            texts[protocol]?.GetValueKind() == JsonValueKind.String
                ? texts[protocol]!.GetValue<string>()
                : texts["default"]!.GetValue<string>();
    }

    private static AwsServiceException Invalid(string parameter, string what) =>
        new("InvalidParameter", $"Invalid parameter: {parameter}: {what}");

    private Task SendConfirmationAsync(Subscription subscription)
    {
        var now = _time.GetUtcNow();
        var messageId = Guid.NewGuid().ToString();
        return _deliveries.AddAsync([
            new PendingDelivery
            {
                Id = $"{messageId}/{subscription.Arn}",
                SubscriptionArn = subscription.Arn,
                Notification = new Notification
                {
                    Type = Notification.ConfirmationType,
                    MessageId = messageId,
                    TopicArn = subscription.TopicArn,
                    Message =
                        $"You have chosen to subscribe to the topic {subscription.TopicArn}.\nTo confirm the subscription, visit the "
                        + "SubscribeURL included in this message.",
                    Timestamp = now,
                    Attributes = new Dictionary<string, MessageAttribute>(),
                    Token = subscription.Token,
                },
                NotBefore = now,
            },
        ]);
    }

    private async Task<T> ChangeAsync<T>(Func<Task<T>> change, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            return await change();
        }
        finally
        {
            _change.Release();
        }
    }

    private async Task<Topic> StoreAsync(Topic topic, CancellationToken cancellationToken)
    {
        await _topicFiles.SaveAsync(FileName(topic.Arn), topic, cancellationToken);
        return _topics[topic.Arn] = topic;
    }

    private async Task<Subscription> StoreAsync(Subscription subscription, CancellationToken cancellationToken)
    {
        await _subscriptionFiles.SaveAsync(FileName(subscription.Arn), subscription, cancellationToken);
        return _subscriptions[subscription.Arn] = subscription;
    }

    private void Remove(Subscription subscription)
    {
        _subscriptions.TryRemove(subscription.Arn, out _);
        _subscriptionFiles.Delete(FileName(subscription.Arn));
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,256}$")]
    private static partial Regex TopicName();

    [GeneratedRegex("^arn:aws:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9-_]{1,64}(:[A-Za-z0-9$-_]+)?$")]
    private static partial Regex FunctionArn();

    [GeneratedRegex("^arn:aws:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9-_]{1,80}$")]
    private static partial Regex QueueArn();
}
