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

    private const int MaximumNameLength = 256;
    private const int MaximumMessageBytes = 256 * 1024;
    private const int MaximumSubjectLength = 100;
    private const int MaximumFifoSubscriptions = 100;
    private const int MaximumFilterPolicies = 200;

    private readonly LocalAwsOptions _options;
    private readonly Outbox<PendingDelivery> _deliveries;
    private readonly OrderedDeliveries _orderedDeliveries;
    private readonly FifoPublications _publications;
    private readonly JsonFolder<Topic> _topicFiles;
    private readonly JsonFolder<Subscription> _subscriptionFiles;
    private readonly TimeProvider _time;
    private readonly ILogger<SnsStore> _logger;
    private readonly ConcurrentDictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Subscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _change = new(1);

    public SnsStore(
        LocalAwsOptions options,
        Outbox<PendingDelivery> deliveries,
        OrderedDeliveries orderedDeliveries,
        FifoPublications publications,
        TimeProvider time,
        ILogger<SnsStore> logger)
    {
        _options = options;
        _deliveries = deliveries;
        _orderedDeliveries = orderedDeliveries;
        _publications = publications;
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
        var isFifo = name.EndsWith(Topic.FifoSuffix, StringComparison.Ordinal);
        if (name.Length > MaximumNameLength || !TopicName().IsMatch(isFifo ? name[..^Topic.FifoSuffix.Length] : name))
        {
            throw SnsErrors.Invalid(
                "Topic Name",
                $"'{name}' is not 1 to {MaximumNameLength} letters, digits, '-' and '_'; that of a FIFO topic ends with "
                + $"{Topic.FifoSuffix}.");
        }

        var valid = TopicAttributes.OfNew(isFifo, attributes);
        TopicTags.Validate(tags);
        return await ChangeAsync(
            async () =>
            {
                var arn = $"arn:aws:sns:{_options.Region}:{_options.AccountId}:{name}";
                if (_topics.TryGetValue(arn, out var existing))
                {
                    if (valid.FirstOrDefault(pair => existing.Attributes.GetValueOrDefault(pair.Key) != pair.Value).Key is { } attribute)
                    {
                        throw SnsErrors.Invalid("Attributes", $"Topic already exists with different attributes: {attribute}");
                    }

                    return tags.FirstOrDefault(pair => existing.Tags.GetValueOrDefault(pair.Key) != pair.Value).Key is { } tag
                        ? throw SnsErrors.Invalid("Tags", $"Topic already exists with different tags: {tag}")
                        : existing;
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
        ?? throw SnsErrors.NotFound(
            $"Topic does not exist: {topicArn}. The topics of this account are: {string.Join(", ", Topics.Select(topic => topic.Arn))}.");

    /// <summary>The topic of an ARN, for its tags.</summary>
    /// <exception cref="AwsServiceException"><c>ResourceNotFound</c>.</exception>
    public Topic GetResource(string arn) =>
        _topics.GetValueOrDefault(arn)
        ?? throw new AwsServiceException("ResourceNotFound", $"Resource does not exist: {arn}", HttpStatusCode.NotFound);

    /// <summary>Changes attributes; an empty value removes one.</summary>
    public Task<Topic> SetAttributesAsync(
        string topicArn,
        IReadOnlyDictionary<string, string> changes,
        CancellationToken cancellationToken) =>
        ChangeAsync(
            () =>
            {
                var topic = Get(topicArn);
                return StoreAsync(topic with { Attributes = TopicAttributes.Change(topic.Attributes, changes) }, cancellationToken);
            },
            cancellationToken);

    public Task<Topic> SetTagsAsync(
        string topicArn,
        Func<IReadOnlyDictionary<string, string>, IReadOnlyDictionary<string, string>> change,
        CancellationToken cancellationToken) =>
        ChangeAsync(
            () =>
            {
                var topic = GetResource(topicArn);
                var tags = change(topic.Tags);
                TopicTags.Validate(tags);
                return StoreAsync(topic with { Tags = tags }, cancellationToken);
            },
            cancellationToken);

    /// <summary>Changes the policy by a function of the present one.</summary>
    public Task<Topic> ChangePolicyAsync(string topicArn, Func<string, string> change, CancellationToken cancellationToken) =>
        ChangeAsync(
            () =>
            {
                var topic = Get(topicArn);
                var changes = new Dictionary<string, string> { [Topic.PolicyAttribute] = change(PolicyOf(topic)) };
                return StoreAsync(topic with { Attributes = TopicAttributes.Change(topic.Attributes, changes) }, cancellationToken);
            },
            cancellationToken);

    public IEnumerable<Subscription> SubscriptionsOf(string topicArn) =>
        Subscriptions.Where(subscription => subscription.TopicArn == topicArn);

    /// <summary>The subscription of an ARN.</summary>
    /// <exception cref="AwsServiceException"><c>NotFound</c>.</exception>
    public Subscription GetSubscription(string subscriptionArn) => _subscriptions.GetValueOrDefault(subscriptionArn)
        ?? throw SnsErrors.NotFound($"Subscription does not exist: {subscriptionArn}");

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
        SubscriptionEndpoints.Validate(protocol, endpoint, Get(topicArn));
        var valid = SubscriptionAttributes.OfNew(Get(topicArn), protocol, endpoint, attributes);
        var subscription = await ChangeAsync(
            async () =>
            {
                var topic = Get(topicArn);
                if (
                    SubscriptionsOf(topicArn).FirstOrDefault(item => item.Protocol == protocol && item.Endpoint == endpoint) is { } existing
                )
                {
                    var different = valid.FirstOrDefault(pair => existing.Attributes.GetValueOrDefault(pair.Key) != pair.Value).Key;
                    return different is null
                        ? existing
                        : throw SnsErrors.Invalid("Attributes", $"Subscription already exists with different attributes: {different}");
                }

                RequireRoom(topic, valid);

                return await StoreAsync(
                    new Subscription
                    {
                        Arn = $"{topicArn}:{Guid.NewGuid()}",
                        TopicArn = topicArn,
                        Protocol = protocol,
                        Endpoint = endpoint,
                        Attributes = valid,
                        IsConfirmed = protocol is "lambda" or "sqs",
                        WasAuthenticated = protocol is "lambda" or "sqs" ? true : null,
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
    /// <param name="topicArn">The topic.</param>
    /// <param name="token">The token.</param>
    /// <param name="isAuthenticated">Whether the request was signed.</param>
    /// <param name="authenticatesUnsubscribe">Whether only signed requests may end it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Subscription> ConfirmAsync(
        string topicArn,
        string token,
        bool isAuthenticated,
        bool authenticatesUnsubscribe,
        CancellationToken cancellationToken) =>
        ChangeAsync(
            async () =>
            {
                var subscription =
                    SubscriptionsOf(topicArn).FirstOrDefault(item => item.Token == token)
                    ?? throw SnsErrors.Invalid("Token", "no subscription of the topic waits for it.");
                if (subscription.IsConfirmed)
                {
                    return subscription;
                }

                _logger.Confirmed(subscription.Arn, subscription.Endpoint);
                return await StoreAsync(
                    subscription with
                    {
                        IsConfirmed = true,
                        WasAuthenticated = isAuthenticated,
                        AuthenticatesUnsubscribe = authenticatesUnsubscribe,
                    },
                    cancellationToken);
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
                var after = SubscriptionAttributes.Change(subscription.Protocol, before, changes);
                var topic = Get(subscription.TopicArn);
                SubscriptionAttributes.RequireFifoDeadLetters(topic, subscription.Endpoint, after);
                if (!subscription.Attributes.ContainsKey(Subscription.FilterPolicyAttribute))
                {
                    RequireRoomForFilter(topic, after);
                }

                return StoreAsync(subscription with { Attributes = after }, cancellationToken);
            },
            cancellationToken);

    /// <summary>Publishes for the account's owner; done when the message is on disk for every subscription.</summary>
    /// <exception cref="AwsServiceException"><c>NotFound</c>, or <c>InvalidParameter</c> naming what is wrong with the message.</exception>
    public async Task<Publication> PublishAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var topic = Get(request.TopicArn);
        var messages = Validate(request);
        var deduplicationId = DeduplicationIdOf(topic, request);
        var (activity, trace) = LocalAwsTelemetry.Start("SNS Publish", ActivityKind.Producer, Activity.Current?.Context ?? default);
        using var ended = activity;
        Publication publication;
        if (deduplicationId is null)
        {
            publication = new Publication(Guid.NewGuid().ToString(), null, _time.GetUtcNow());
            await DeliverAsync(publication);
        }
        else
        {
            var key = $"{topic.Arn} {(HasGroupScope(topic) ? request.GroupId : "")} {deduplicationId}";
            publication = await _publications.OnceAsync(topic.Arn, key, DeliverAsync, cancellationToken);
        }

        activity
            ?.SetTag("messaging.system", "aws.sns")
            .SetTag("messaging.destination.name", topic.Arn)
            .SetTag("messaging.message.id", publication.MessageId);
        return publication;

        async Task DeliverAsync(Publication published)
        {
            var deliveries = SubscriptionsOf(topic.Arn)
                .Where(subscription => subscription.IsConfirmed)
                .Select(subscription => (subscription, Message: messages(subscription.Protocol)))
                .Where(item => IsWanted(item.subscription, item.Message, request.Attributes))
                .Select(item => new PendingDelivery
                {
                    Id = $"{published.MessageId}/{item.subscription.Arn}",
                    SubscriptionArn = item.subscription.Arn,
                    Notification = new Notification
                    {
                        MessageId = published.MessageId,
                        TopicArn = topic.Arn,
                        Subject = request.Subject,
                        Message = item.Message,
                        Timestamp = published.PublishedAt,
                        Attributes = request.Attributes,
                        GroupId = request.GroupId,
                        DeduplicationId = deduplicationId,
                        SequenceNumber = published.SequenceNumber,
                    },
                    NotBefore = published.PublishedAt,
                    TraceParent = LocalAwsTelemetry.TraceParent(trace),
                })
                .ToList();
            await (topic.IsFifo() ? _orderedDeliveries.AddAsync(deliveries) : _deliveries.AddAsync(deliveries));
            _logger.Published(published.MessageId, topic.Arn, deliveries.Count);
        }
    }

    /// <inheritdoc />
    public async Task<string> PublishAsync(
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

        var request = new PublishRequest(topicArn, message, subject, IsStructured: false, new Dictionary<string, MessageAttribute>());
        return (await PublishAsync(request, cancellationToken)).MessageId;
    }

    /// <summary>What tells repetitions of a message to a FIFO topic; null for another topic.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>: the message does not fit the type of the topic.</exception>
    public static string? DeduplicationIdOf(Topic topic, PublishRequest request)
    {
        RequireId("MessageGroupId", request.GroupId);
        RequireId("MessageDeduplicationId", request.DeduplicationId);
        if (!topic.IsFifo())
        {
            return request.DeduplicationId is null ? null : throw SnsErrors.Invalid(
                "MessageDeduplicationId",
                "The request includes MessageDeduplicationId parameter that is not valid for this topic type");
        }

        if (request.GroupId is null)
        {
            throw SnsErrors.Invalid("The MessageGroupId parameter is required for FIFO topics");
        }

        return request.DeduplicationId
            ?? (topic.Attributes.GetValueOrDefault(Topic.ContentBasedDeduplicationAttribute) == "true"
                ? OutgoingMessage.DigestOf(request.Message)
                : throw SnsErrors.Invalid(
                    "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"));
    }

    public void Dispose() => _change.Dispose();

    private static bool IsWanted(Subscription subscription, string message, IReadOnlyDictionary<string, MessageAttribute> attributes) =>
        !subscription.Attributes.TryGetValue(Subscription.FilterPolicyAttribute, out var policy)
        || FilterPolicy
            .OfStored(policy, subscription.Attributes.GetValueOrDefault(Subscription.FilterPolicyScopeAttribute))
            .Matches(message, attributes);

    /// <summary>The part of an ARN that is the resource's own.</summary>
    private static string FileName(string arn) => string.Join('.', arn.Split(':')[5..]);

    private static bool HasGroupScope(Topic topic) =>
        topic.Attributes.GetValueOrDefault(Topic.FifoThroughputScopeAttribute) == "MessageGroup";

    private static void RequireId(string parameter, string? id)
    {
        if (id is not null && !OutgoingMessage.IsId(id))
        {
            throw SnsErrors.Invalid(
                parameter,
                $"{parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.");
        }
    }

    /// <summary>Checks the message and gives the text for each protocol.</summary>
    private static Func<string, string> Validate(PublishRequest request)
    {
        if (request.Message.Length == 0)
        {
            throw SnsErrors.Invalid("Empty message");
        }

        if (
            request.Subject is { } subject
            && (
                subject.Length is 0 or > MaximumSubjectLength
                || subject.Any(character => character is '\n' or '\r' || char.IsControl(character))))
        {
            throw SnsErrors.Invalid(
                "Subject",
                $"it must have 1 to {MaximumSubjectLength} characters without line breaks and control characters but has {subject.Length}."
            );
        }

        foreach (var (name, attribute) in request.Attributes)
        {
            if (attribute.DataType != "String.Array")
            {
                MessageAttribute.Validate(name, attribute, SnsErrors.InvalidMessageAttribute);
            }
        }

        var size =
            Encoding.UTF8.GetByteCount(request.Message) + request.Attributes.Sum(pair => MessageAttribute.SizeOf(pair.Key, pair.Value));
        if (size > MaximumMessageBytes)
        {
            throw SnsErrors.Invalid($"Message too long: {size} bytes with its attributes; allowed are {MaximumMessageBytes}.");
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
            throw SnsErrors.Invalid($"Message Structure - JSON message body failed to parse: {failure.Message}");
        }

        if (texts?["default"]?.GetValueKind() != JsonValueKind.String)
        {
            throw SnsErrors.Invalid("Message Structure - No default entry in JSON message body");
        }

        return protocol =>
            texts[protocol]?.GetValueKind() == JsonValueKind.String
                ? texts[protocol]!.GetValue<string>()
                : texts["default"]!.GetValue<string>();
    }

    private void RequireRoom(Topic topic, IReadOnlyDictionary<string, string> attributes)
    {
        if (topic.IsFifo() && SubscriptionsOf(topic.Arn).Count() >= MaximumFifoSubscriptions)
        {
            throw new AwsServiceException(
                "SubscriptionLimitExceeded",
                $"A FIFO topic has {MaximumFifoSubscriptions} subscriptions at most.",
                HttpStatusCode.Forbidden);
        }

        RequireRoomForFilter(topic, attributes);
    }

    private void RequireRoomForFilter(Topic topic, IReadOnlyDictionary<string, string> attributes)
    {
        bool HasFilter(IReadOnlyDictionary<string, string> of) => of.ContainsKey(Subscription.FilterPolicyAttribute);
        if (HasFilter(attributes) && SubscriptionsOf(topic.Arn).Count(item => HasFilter(item.Attributes)) >= MaximumFilterPolicies)
        {
            throw new AwsServiceException(
                "FilterPolicyLimitExceeded",
                $"A topic has {MaximumFilterPolicies} subscriptions with filter policies at most.",
                HttpStatusCode.Forbidden);
        }
    }

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

    [GeneratedRegex("^[A-Za-z0-9_-]+$")]
    private static partial Regex TopicName();
}
