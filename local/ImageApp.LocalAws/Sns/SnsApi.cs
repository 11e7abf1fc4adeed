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

    /// <summary>The namespace of the answers.</summary>
    public static XNamespace Namespace { get; } = "http://sns.amazonaws.com/doc/2010-03-31/";

    public string SigningName => "sns";

    public string DisplayName => "SNS";

    public AwsErrorFormat ErrorFormat => AwsErrorFormat.Query;

    public async Task HandleAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        var query = QueryRequest.Read(request, SnsParameters.InvalidCode);
        request.Operation = query.Action;
        var result = await PerformAsync(query, cancellationToken);
        await QueryResponse.WriteAsync(request.HttpContext.Response, Namespace, query.Action, result, request.RequestId, cancellationToken);
    }

    /// <summary>Performs an action.</summary>
    /// <returns>The content of the answer's <c>Result</c> element; null for an action that has none.</returns>
    /// <exception cref="AwsServiceException">The action is unknown or refused.</exception>
    public async Task<IReadOnlyList<XElement>?> PerformAsync(QueryRequest request, CancellationToken cancellationToken)
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
                Authorize(request.Required("TopicArn"), action);
                await topics.DeleteAsync(request.Required("TopicArn"), cancellationToken);
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
                            .Get(request.Required("ResourceArn"))
                            .Tags.Select(tag => Member(Element("Key", tag.Key), Element("Value", tag.Value)))),
                ];
            case "TagResource":
                var added = request.Tags();
                await topics.SetTagsAsync(
                    request.Required("ResourceArn"),
                    tags => tags.Where(tag => !added.ContainsKey(tag.Key)).Concat(added).ToDictionary(),
                    cancellationToken);
                return [];
            case "UntagResource":
                var removed = request.List("TagKeys");
                await topics.SetTagsAsync(
                    request.Required("ResourceArn"),
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
                        (await topics.ConfirmAsync(request.Required("TopicArn"), request.Required("Token"), cancellationToken)).Arn),
                ];
            case "Unsubscribe":
                await topics.UnsubscribeAsync(request.Required("SubscriptionArn"), cancellationToken);
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
                return [Map("Attributes", AttributesOf(topics.GetSubscription(request.Required("SubscriptionArn"))))];
            case "SetSubscriptionAttributes":
                await topics.SetSubscriptionAttributesAsync(
                    request.Required("SubscriptionArn"),
                    new Dictionary<string, string> { [request.Required("AttributeName")] = request["AttributeValue"] ?? "" },
                    replaces: false,
                    cancellationToken);
                return null;
            case "Publish":
                return
                [
                    Element(
                        "MessageId",
                        await topics.PublishAsync(
                            Publication(Find(request, "Publish", request["TopicArn"] is null ? "TargetArn" : "TopicArn"), request),
                            cancellationToken)),
                ];
            case "PublishBatch":
                return await PublishBatchAsync(Find(request, "Publish"), request, cancellationToken);
            default:
                throw new AwsServiceException("InvalidAction", $"Local SNS has no action '{action}'.");
        }
    }

    private static PublishRequest Publication(Topic topic, QueryRequest request)
    {
        var structure = request["MessageStructure"];
        return structure is null or "json"
            ? new PublishRequest(
                topic.Arn,
                request.Required("Message"),
                request["Subject"],
                structure == "json",
                request.MessageAttributes())
            : throw new AwsServiceException("InvalidParameter", $"Invalid parameter: MessageStructure is '{structure}'; allowed is json.");
    }

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
        var topic = topics.Get(request.Required(parameter));
        Authorize(topic.Arn, action);
        return topic;
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
        var isShown = subscription.IsConfirmed || request["ReturnSubscriptionArn"] == "true";
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
                $"The batch request contains {entries.Count} entries; allowed are {MaximumBatchEntries}.");
        }

        if (ids.Distinct().Count() < ids.Count)
        {
            throw new AwsServiceException("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.");
        }

        if (entries.Sum(entry => Encoding.UTF8.GetByteCount(entry.Required("Message"))) > MaximumBatchBytes)
        {
            throw new AwsServiceException(
                "BatchRequestTooLong",
                $"The length of all the batch messages put together is more than the limit of {MaximumBatchBytes} bytes.");
        }

        var successful = new XElement("Successful");
        var failed = new XElement("Failed");
        foreach (var (entry, id) in entries.Zip(ids))
        {
            try
            {
                successful.Add(
                    Member(Element("Id", id), Element("MessageId", await topics.PublishAsync(Publication(topic, entry), cancellationToken)))
                );
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

    private Dictionary<string, string> AttributesOf(Topic topic)
    {
        var subscriptions = topics.SubscriptionsOf(topic.Arn).ToList();
        return new Dictionary<string, string>(topic.Attributes)
        {
            ["TopicArn"] = topic.Arn,
            ["Owner"] = options.AccountId,
            ["Policy"] = topics.PolicyOf(topic),
            ["DisplayName"] = topic.Attributes.GetValueOrDefault("DisplayName", ""),
            ["SubscriptionsConfirmed"] = Text(subscriptions.Count(subscription => subscription.IsConfirmed)),
            ["SubscriptionsPending"] = Text(subscriptions.Count(subscription => !subscription.IsConfirmed)),
            ["SubscriptionsDeleted"] = "0",
        };
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
            ["ConfirmationWasAuthenticated"] = subscription.Protocol is "lambda" or "sqs" ? "true" : "false",
            ["RawMessageDelivery"] = subscription.IsRaw ? "true" : "false",
        };
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
