using System.Globalization;
using System.Net;
using System.Text;
using System.Xml.Linq;
using ImageApp.LocalAws.Policies;
using ImageApp.LocalAws.Protocols;

namespace ImageApp.LocalAws.Sns;

/// <summary>SNS's operations, as its Query protocol names them.</summary>
internal sealed class SnsApi(SnsStore topics, LocalAwsOptions options, TimeProvider time) : IAwsService
{
    private const int PageSize = 100;
    private const int MaximumBatchEntries = 10;
    private const int MaximumBatchBytes = 256 * 1024;
    private const int MaximumBatchIdLength = 80;

    /// <summary>The namespace of the answers.</summary>
    public static XNamespace Namespace { get; } = "http://sns.amazonaws.com/doc/2010-03-31/";

    public string SigningName => "sns";

    public string DisplayName => "SNS";

    public AwsErrorFormat ErrorFormat => AwsErrorFormat.Query;

    public async Task HandleAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        var query = QueryRequest.Read(request, SnsErrors.InvalidParameter);
        request.Operation = query.Action;
        var result = await PerformAsync(query, isAuthenticated: true, cancellationToken);
        await QueryResponse.WriteAsync(request.HttpContext.Response, Namespace, query.Action, result, request.RequestId, cancellationToken);
    }

    /// <summary>Performs an action.</summary>
    /// <param name="request">Its parameters.</param>
    /// <param name="isAuthenticated">Whether the request was signed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The content of the answer's <c>Result</c> element; null for an action that has none.</returns>
    /// <exception cref="AwsServiceException">The action is unknown or refused.</exception>
    public async Task<IReadOnlyList<XElement>?> PerformAsync(
        QueryRequest request,
        bool isAuthenticated,
        CancellationToken cancellationToken)
    {
        var action = request.Action;
        switch (action)
        {
            case "CreateTopic":
                return
                [
                    Element(
                        "TopicArn",
                        (
                            await topics.CreateAsync(request.Required("Name"), request.Map("Attributes"), request.Tags(), cancellationToken)
                        ).Arn),
                ];
            case "DeleteTopic":
                var deleted = request.Arn("TopicArn");
                Authorize(deleted, action);
                await topics.DeleteAsync(deleted, cancellationToken);
                return null;
            case "ListTopics":
                return Page(request, topics.Topics, topic => topic.Arn, "Topics", topic => [Element("TopicArn", topic.Arn)]);
            case "GetTopicAttributes":
                return [Map("Attributes", AttributesOf(Find(request, action)))];
            case "SetTopicAttributes":
                await topics.SetAttributesAsync(
                    Find(request, action).Arn,
                    new Dictionary<string, string> { [request.Required("AttributeName")] = request["AttributeValue"] ?? "" },
                    cancellationToken);
                return null;
            case "AddPermission":
                await AddPermissionAsync(Find(request, action), request, cancellationToken);
                return null;
            case "RemovePermission":
                await topics.ChangePolicyAsync(
                    Find(request, action).Arn,
                    policy => TopicPolicy.Remove(policy, request.Required("Label")),
                    cancellationToken);
                return null;
            case "ListTagsForResource":
                return
                [
                    new XElement(
                        "Tags",
                        topics
                            .GetResource(request.Arn("ResourceArn"))
                            .Tags.Select(tag => Member(Element("Key", tag.Key), Element("Value", tag.Value)))),
                ];
            case "TagResource":
                var added = request.Tags();
                await topics.SetTagsAsync(
                    request.Arn("ResourceArn"),
                    tags => tags.Where(tag => !added.ContainsKey(tag.Key)).Concat(added).ToDictionary(),
                    cancellationToken);
                return [];
            case "UntagResource":
                var removed = request.List("TagKeys");
                await topics.SetTagsAsync(
                    request.Arn("ResourceArn"),
                    tags => tags.Where(tag => !removed.Contains(tag.Key)).ToDictionary(),
                    cancellationToken);
                return [];
            case "Subscribe":
                return await SubscribeAsync(Find(request, action), request, cancellationToken);
            case "ConfirmSubscription":
                return
                [
                    Element(
                        "SubscriptionArn",
                        (
                            await topics.ConfirmAsync(
                                request.Arn("TopicArn"),
                                request.Required("Token"),
                                isAuthenticated,
                                isAuthenticated && request.Flag("AuthenticateOnUnsubscribe"),
                                cancellationToken)
                        ).Arn),
                ];
            case "Unsubscribe":
                await topics.UnsubscribeAsync(UnsubscribedBy(request, isAuthenticated), cancellationToken);
                return null;
            case "ListSubscriptions":
                return Page(request, topics.Subscriptions, subscription => subscription.Arn, "Subscriptions", Listed);
            case "ListSubscriptionsByTopic":
                return Page(
                    request,
                    topics.SubscriptionsOf(Find(request, action).Arn),
                    subscription => subscription.Arn,
                    "Subscriptions",
                    Listed);
            case "GetSubscriptionAttributes":
                return [Map("Attributes", AttributesOf(topics.GetSubscription(request.Arn("SubscriptionArn"))))];
            case "SetSubscriptionAttributes":
                await topics.SetSubscriptionAttributesAsync(
                    request.Arn("SubscriptionArn"),
                    new Dictionary<string, string> { [request.Required("AttributeName")] = request["AttributeValue"] ?? "" },
                    replaces: false,
                    cancellationToken);
                return null;
            case "Publish":
                return Published(await topics.PublishAsync(PublicationOf(Target(request), request), cancellationToken));
            case "PublishBatch":
                return await PublishBatchAsync(Find(request, "Publish"), request, cancellationToken);
            default:
                throw new AwsServiceException("InvalidAction", $"Local SNS has no action '{action}'.");
        }
    }

    private static PublishRequest PublicationOf(Topic topic, QueryRequest request)
    {
        var structure = request["MessageStructure"];
        return structure is null or "json"
            ? new PublishRequest(
                topic.Arn,
                request.Required("Message"),
                request["Subject"],
                structure == "json",
                request.MessageAttributes(),
                request["MessageGroupId"],
                request["MessageDeduplicationId"])
            : throw SnsErrors.Invalid("MessageStructure", $"it is '{structure}'; allowed is json.");
    }

    private static XElement[] Published(Publication publication) => publication.SequenceNumber is { } number
        ? [Element("MessageId", publication.MessageId), Element("SequenceNumber", number)]
        : [Element("MessageId", publication.MessageId)];

    private static XElement Element(string name, string value) => new(name, value);

    private static XElement Member(params IEnumerable<XElement> content) => new("member", content);

    private static XElement Map(string name, IEnumerable<KeyValuePair<string, string>> map) =>
        new(name, map.Select(pair => new XElement("entry", Element("key", pair.Key), Element("value", pair.Value))));

    private static IReadOnlyList<XElement> Page<T>(
        QueryRequest request,
        IEnumerable<T> all,
        Func<T, string> key,
        string name,
        Func<T, IReadOnlyList<XElement>> content)
    {
        var after = request["NextToken"] ?? "";
        var rest = all.Where(item => string.CompareOrdinal(key(item), after) > 0).Take(PageSize + 1).ToList();
        var list = new XElement(name, rest.Take(PageSize).Select(item => Member(content(item))));
        return rest.Count > PageSize ? [list, Element("NextToken", key(rest[PageSize - 1]))] : [list];
    }

    private Topic Find(QueryRequest request, string action, string parameter = "TopicArn")
    {
        var topic = topics.Get(request.Arn(parameter));
        Authorize(topic.Arn, action);
        return topic;
    }

    private Topic Target(QueryRequest request)
    {
        if (request["PhoneNumber"] is not null)
        {
            throw SnsErrors.Invalid("PhoneNumber", "no text messages are sent locally; a message goes to a TopicArn.");
        }

        if (request["TopicArn"] is null && request["TargetArn"] is null)
        {
            throw SnsErrors.Invalid("TopicArn or TargetArn", "no value for required parameter");
        }

        var parameter = request["TopicArn"] is null ? "TargetArn" : "TopicArn";
        return request.Arn(parameter).Split(':')[5].StartsWith("endpoint/", StringComparison.Ordinal)
            ? throw SnsErrors.Invalid(parameter, "No endpoint found for the target arn specified")
            : Find(request, "Publish", parameter);
    }

    private string UnsubscribedBy(QueryRequest request, bool isAuthenticated)
    {
        var arn = request.Arn("SubscriptionArn");
        if (arn.Split(':').Length < 7)
        {
            throw SnsErrors.Invalid("SubscriptionId");
        }

        return isAuthenticated || topics.Find(arn)?.Subscription.AuthenticatesUnsubscribe != true
            ? arn
            : throw new AwsServiceException(
                "AuthorizationError",
                $"Subscription {arn} was confirmed with AuthenticateOnUnsubscribe: only a signed request ends it.",
                HttpStatusCode.Forbidden);
    }

    private void Authorize(string topicArn, string action)
    {
        if (
            topics.Topics.FirstOrDefault(topic => topic.Arn == topicArn) is { } topic
            && !ServiceCallAuthorization.OwnerMay(options.AccountId, "sns:" + action, topic.Arn, topics.PolicyOf(topic), time.GetUtcNow()))
        {
            throw new AwsServiceException(
                "AuthorizationError",
                $"User: arn:aws:iam::{options.AccountId}:root is not authorized to perform: SNS:{action} on resource: {topicArn} with an "
                + "explicit deny in a resource-based policy",
                HttpStatusCode.Forbidden);
        }
    }

    private async Task AddPermissionAsync(Topic topic, QueryRequest request, CancellationToken cancellationToken)
    {
        var label = request.Required("Label");
        var accounts = request.List("AWSAccountId");
        var actions = request.List("ActionName");
        await topics.ChangePolicyAsync(
            topic.Arn,
            policy => TopicPolicy.Add(policy, topic.Arn, label, accounts, actions),
            cancellationToken);
    }

    private async Task<IReadOnlyList<XElement>> SubscribeAsync(Topic topic, QueryRequest request, CancellationToken cancellationToken)
    {
        var subscription = await topics.SubscribeAsync(
            topic.Arn,
            request.Required("Protocol"),
            request.Required("Endpoint"),
            request.Map("Attributes"),
            cancellationToken);
        var isShown = subscription.IsConfirmed || request.Flag("ReturnSubscriptionArn");
        return [Element("SubscriptionArn", isShown ? subscription.Arn : "pending confirmation")];
    }

    private async Task<IReadOnlyList<XElement>> PublishBatchAsync(Topic topic, QueryRequest request, CancellationToken cancellationToken)
    {
        var entries = request.Records("PublishBatchRequestEntries");
        var ids = entries.Select(entry => entry.Required("Id")).ToList();
        if (entries.Count is 0)
        {
            throw new AwsServiceException("EmptyBatchRequest", "The batch request doesn't contain any entries.");
        }

        if (entries.Count > MaximumBatchEntries)
        {
            throw new AwsServiceException(
                "TooManyEntriesInBatchRequest",
                $"The batch request contains more entries than permissible. It has {entries.Count}; allowed are {MaximumBatchEntries}.");
        }

        ids.ForEach(RequireBatchId);
        if (ids.Distinct().Count() < ids.Count)
        {
            throw new AwsServiceException("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.");
        }

        if (entries.Sum(entry => Encoding.UTF8.GetByteCount(entry.Required("Message"))) > MaximumBatchBytes)
        {
            throw new AwsServiceException(
                "BatchRequestTooLong",
                $"The length of all the messages put together is more than the limit. It is {MaximumBatchBytes} bytes.");
        }

        if (topic.IsFifo())
        {
            // What a FIFO topic needs is needed in every entry, or the whole request is refused.
            _ = entries.Select(entry => SnsStore.DeduplicationIdOf(topic, PublicationOf(topic, entry))).ToList();
        }

        var successful = new XElement("Successful");
        var failed = new XElement("Failed");
        foreach (var (entry, id) in entries.Zip(ids))
        {
            try
            {
                var published = await topics.PublishAsync(PublicationOf(topic, entry), cancellationToken);
                successful.Add(Member([Element("Id", id), .. Published(published)]));
            }
            catch (AwsServiceException failure)
            {
                failed.Add(
                    Member(
                        Element("Id", id),
                        Element("Code", failure.Code),
                        Element("Message", failure.Message),
                        Element("SenderFault", "true")));
            }
        }

        return [successful, failed];
    }

    private static void RequireBatchId(string id)
    {
        if (id.Length > MaximumBatchIdLength)
        {
            throw new AwsServiceException("InvalidBatchEntryId", $"The Id of a batch entry in the batch request is too long: {id}");
        }

        if (id.Length == 0 || !id.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_'))
        {
            throw new AwsServiceException(
                "InvalidBatchEntryId",
                $"The Id of a batch entry in the batch request contains an impermissible character: {id}");
        }
    }

    private Dictionary<string, string> AttributesOf(Topic topic)
    {
        var subscriptions = topics.SubscriptionsOf(topic.Arn).ToList();
        var attributes = new Dictionary<string, string>(topic.Attributes)
        {
            ["TopicArn"] = topic.Arn,
            ["Owner"] = options.AccountId,
            ["Policy"] = topics.PolicyOf(topic),
            ["DisplayName"] = topic.Attributes.GetValueOrDefault("DisplayName", ""),
            ["SubscriptionsConfirmed"] = Text(subscriptions.Count(subscription => subscription.IsConfirmed)),
            ["SubscriptionsPending"] = Text(subscriptions.Count(subscription => !subscription.IsConfirmed)),
            ["SubscriptionsDeleted"] = "0",
            ["EffectiveDeliveryPolicy"] = HttpDeliveryPolicy.Of(topic).ToTopicsJson(),
        };
        if (topic.IsFifo())
        {
            attributes.TryAdd(Topic.ContentBasedDeduplicationAttribute, "false");
        }

        return attributes;
    }

    private Dictionary<string, string> AttributesOf(Subscription subscription)
    {
        var attributes = new Dictionary<string, string>(subscription.Attributes)
        {
            ["SubscriptionArn"] = subscription.Arn,
            ["TopicArn"] = subscription.TopicArn,
            ["Protocol"] = subscription.Protocol,
            ["Endpoint"] = subscription.Endpoint,
            ["Owner"] = options.AccountId,
            ["PendingConfirmation"] = subscription.IsConfirmed ? "false" : "true",
            ["ConfirmationWasAuthenticated"] =
                subscription.WasAuthenticated ?? subscription.Protocol is "lambda" or "sqs" ? "true" : "false",
            ["SubscriptionPrincipal"] = $"arn:aws:iam::{options.AccountId}:root",
            ["RawMessageDelivery"] = subscription.IsRaw ? "true" : "false",
        };
        if (subscription.Protocol is "http" or "https" && topics.Find(subscription.Arn) is (var topic, _))
        {
            attributes["EffectiveDeliveryPolicy"] = HttpDeliveryPolicy.Of(topic, subscription).ToSubscriptionsJson();
        }

        if (attributes.ContainsKey("FilterPolicy"))
        {
            attributes.TryAdd("FilterPolicyScope", FilterPolicy.AttributesScope);
        }

        return attributes;
    }

    private IReadOnlyList<XElement> Listed(Subscription subscription) =>
    [
        Element("TopicArn", subscription.TopicArn),
        Element("Protocol", subscription.Protocol),
        Element("SubscriptionArn", subscription.IsConfirmed ? subscription.Arn : "PendingConfirmation"),
        Element("Owner", options.AccountId),
        Element("Endpoint", subscription.Endpoint),
    ];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
