using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using ImageApp.LocalAws.Http;

namespace ImageApp.LocalAws.Sns;

/// <summary>SNS's Query API, version 2010-03-31.</summary>
internal sealed class SnsApi(TopicStore topics, SnsDelivery delivery, LocalAwsOptions options) : IQueryService
{
    private const int MaxMessageBytes = 256 * 1024;
    private static readonly IEnumerable<XElement> Nothing = [];

    /// <inheritdoc/>
    public string SigningName => "sns";

    /// <inheritdoc/>
    public XNamespace Namespace => "http://sns.amazonaws.com/doc/2010-03-31/";

    /// <inheritdoc/>
    public Task<IEnumerable<XElement>?> ExecuteAsync(QueryRequest request, CancellationToken cancellationToken) => request.Action switch
    {
        "CreateTopic" => CreateTopicAsync(request, cancellationToken),
        "DeleteTopic" => Run(() => topics.Delete(request.Get("TopicArn"))),
        "ListTopics" => Answer(new XElement("Topics", topics.Topics.Select(topic => Member(new XElement("TopicArn", topic.Arn))))),
        "GetTopicAttributes" => Answer(Attributes(TopicAttributes(topics.Get(request.Get("TopicArn"))))),
        "SetTopicAttributes" => SetTopicAttributesAsync(request, cancellationToken),
        "Subscribe" => SubscribeAsync(request, cancellationToken),
        "ConfirmSubscription" => ConfirmAsync(request, cancellationToken),
        "Unsubscribe" => Run(() => topics.DeleteSubscription(request.Get("SubscriptionArn"))),
        "ListSubscriptions" => Answer(Subscriptions(topics.Subscriptions)),
        "ListSubscriptionsByTopic" => Answer(Subscriptions(topics.SubscriptionsOf(topics.Get(request.Get("TopicArn")).Arn))),
        "GetSubscriptionAttributes" => Answer(Attributes(SubscriptionAttributes(topics.GetSubscription(request.Get("SubscriptionArn"))))),
        "SetSubscriptionAttributes" => SetSubscriptionAttributesAsync(request, cancellationToken),
        "Publish" => PublishAsync(request, cancellationToken),
        "PublishBatch" => PublishBatchAsync(request, cancellationToken),
        "AddPermission" => AddPermissionAsync(request, cancellationToken),
        "RemovePermission" => RemovePermissionAsync(request, cancellationToken),
        "ListTagsForResource" => Answer(new XElement("Tags", topics.Get(request.Get("ResourceArn")).Tags.Select(tag => Member(new XElement("Key", tag.Key), new XElement("Value", tag.Value))))),
        "TagResource" => TagAsync(request, cancellationToken),
        _ => throw new AwsServiceException("InvalidAction", $"Local SNS does not implement the action '{request.Action}'."),
    };

    private async Task<IEnumerable<XElement>?> CreateTopicAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var topic = await topics.CreateAsync(request.Get("Name"), request.Map("Attributes"), Tags(request), cancellationToken);
        return [new XElement("TopicArn", topic.Arn)];
    }

    private async Task<IEnumerable<XElement>?> SetTopicAttributesAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var topic = topics.Get(request.Get("TopicArn"));
        await topics.SaveAsync(TopicStore.With(topic, request.Get("AttributeName"), request.Find("AttributeValue") ?? ""), cancellationToken);
        return null;
    }

    private async Task<IEnumerable<XElement>?> TagAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var topic = topics.Get(request.Get("ResourceArn"));
        await topics.SaveAsync(topic with { Tags = topic.Tags.Concat(Tags(request)).GroupBy(tag => tag.Key).ToDictionary(tag => tag.Key, tag => tag.Last().Value) }, cancellationToken);
        return Nothing;
    }

    private async Task<IEnumerable<XElement>?> SubscribeAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var subscription = await topics.SubscribeAsync(request.Get("TopicArn"), request.Get("Protocol"), request.Get("Endpoint"), request.Map("Attributes"), cancellationToken);
        if (!subscription.IsConfirmed)
        {
            await delivery.RequestConfirmationAsync(subscription, cancellationToken);
        }

        return [new XElement("SubscriptionArn", subscription.IsConfirmed || request.Find("ReturnSubscriptionArn") == "true" ? subscription.Arn : "pending confirmation")];
    }

    private async Task<IEnumerable<XElement>?> ConfirmAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var token = request.Get("Token");
        var subscription = topics.SubscriptionsOf(request.Get("TopicArn")).FirstOrDefault(subscription => subscription.Token == token)
            ?? throw new AwsServiceException("InvalidParameter", "Invalid parameter: Token: no subscription of the topic waits for it.");
        await topics.SaveAsync(subscription with { Token = null }, cancellationToken);
        return [new XElement("SubscriptionArn", subscription.Arn)];
    }

    private async Task<IEnumerable<XElement>?> SetSubscriptionAttributesAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var subscription = topics.GetSubscription(request.Get("SubscriptionArn"));
        var attributes = new Dictionary<string, string>(subscription.Attributes) { [request.Get("AttributeName")] = request.Find("AttributeValue") ?? "" };
        await topics.SaveAsync(subscription with { Attributes = attributes }, cancellationToken);
        return null;
    }

    private async Task<IEnumerable<XElement>?> PublishAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var topic = topics.Get(request.Find("TopicArn") ?? request.Get("TargetArn"));
        var attributes = request.List("MessageAttributes", "entry").ToDictionary(entry => entry["Name"], Attribute);
        return [new XElement("MessageId", await PublishAsync(topic, request.Find("Subject"), request.Get("Message"), request.Find("MessageStructure"), attributes, cancellationToken))];
    }

    private async Task<IEnumerable<XElement>?> PublishBatchAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var topic = topics.Get(request.Get("TopicArn"));
        var successful = new XElement("Successful");
        foreach (var entry in request.List("PublishBatchRequestEntries"))
        {
            var nested = new QueryRequest(request.Action, entry);
            var attributes = nested.List("MessageAttributes", "entry").ToDictionary(attribute => attribute["Name"], Attribute);
            var id = await PublishAsync(topic, nested.Find("Subject"), nested.Get("Message"), nested.Find("MessageStructure"), attributes, cancellationToken);
            successful.Add(Member(new XElement("Id", nested.Get("Id")), new XElement("MessageId", id)));
        }

        return [successful, new XElement("Failed")];
    }

    private Task<string> PublishAsync(Topic topic, string? subject, string message, string? structure, Dictionary<string, MessageAttribute> attributes, CancellationToken cancellationToken)
    {
        if (message.Length == 0)
        {
            throw new AwsServiceException("InvalidParameter", "Invalid parameter: Empty message");
        }

        if (Encoding.UTF8.GetByteCount(message) > MaxMessageBytes)
        {
            throw new AwsServiceException("InvalidParameter", $"Invalid parameter: Message too long: at most {MaxMessageBytes} bytes are allowed.");
        }

        if (subject?.Length > 100)
        {
            throw new AwsServiceException("InvalidParameter", "Invalid parameter: Subject: at most 100 characters are allowed.");
        }

        if (structure == "json")
        {
            message = JsonNode.Parse(message)?["default"]?.GetValue<string>()
                ?? throw new AwsServiceException("InvalidParameter", "Invalid parameter: Message Structure - No default entry in JSON message body");
        }

        return delivery.PublishAsync(topic, subject, message, attributes, cancellationToken);
    }

    private async Task<IEnumerable<XElement>?> AddPermissionAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var topic = topics.Get(request.Get("TopicArn"));
        var policy = Policy(topic);
        policy["Statement"]!.AsArray().Add(new JsonObject
        {
            ["Sid"] = request.Get("Label"),
            ["Effect"] = "Allow",
            ["Principal"] = new JsonObject { ["AWS"] = new JsonArray([.. request.List("AWSAccountId").Select(account => (JsonNode)account[""])]) },
            ["Action"] = new JsonArray([.. request.List("ActionName").Select(action => (JsonNode)("sns:" + action[""]))]),
            ["Resource"] = topic.Arn,
        });
        await topics.SaveAsync(topic with { Policy = policy.ToJsonString() }, cancellationToken);
        return null;
    }

    private async Task<IEnumerable<XElement>?> RemovePermissionAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var topic = topics.Get(request.Get("TopicArn"));
        var policy = Policy(topic);
        var statements = policy["Statement"]!.AsArray();
        foreach (var statement in statements.Where(statement => statement!["Sid"]?.GetValue<string>() == request.Get("Label")).ToList())
        {
            statements.Remove(statement);
        }

        await topics.SaveAsync(topic with { Policy = policy.ToJsonString() }, cancellationToken);
        return null;
    }

    private JsonObject Policy(Topic topic) => JsonNode.Parse(topic.Policy ?? DefaultPolicy(topic))!.AsObject();

    private string DefaultPolicy(Topic topic) => new JsonObject
    {
        ["Version"] = "2012-10-17",
        ["Statement"] = new JsonArray(new JsonObject
        {
            ["Sid"] = "__default_statement_ID",
            ["Effect"] = "Allow",
            ["Principal"] = new JsonObject { ["AWS"] = options.AccountId },
            ["Action"] = "sns:*",
            ["Resource"] = topic.Arn,
        }),
    }.ToJsonString();

    private Dictionary<string, string> TopicAttributes(Topic topic) => new(topic.Attributes)
    {
        ["TopicArn"] = topic.Arn,
        ["Owner"] = options.AccountId,
        ["Policy"] = topic.Policy ?? DefaultPolicy(topic),
        ["DisplayName"] = topic.Attributes.GetValueOrDefault("DisplayName", ""),
        ["SubscriptionsConfirmed"] = topics.SubscriptionsOf(topic.Arn).Count(subscription => subscription.IsConfirmed).ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["SubscriptionsPending"] = topics.SubscriptionsOf(topic.Arn).Count(subscription => !subscription.IsConfirmed).ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    private Dictionary<string, string> SubscriptionAttributes(Subscription subscription) => new(subscription.Attributes)
    {
        ["SubscriptionArn"] = subscription.Arn,
        ["TopicArn"] = subscription.TopicArn,
        ["Protocol"] = subscription.Protocol,
        ["Endpoint"] = subscription.Endpoint,
        ["Owner"] = options.AccountId,
        ["RawMessageDelivery"] = subscription.IsRaw ? "true" : "false",
        ["PendingConfirmation"] = subscription.IsConfirmed ? "false" : "true",
    };

    private XElement Subscriptions(IEnumerable<Subscription> subscriptions) => new("Subscriptions", subscriptions.Select(subscription => Member(
        new XElement("SubscriptionArn", subscription.IsConfirmed ? subscription.Arn : "PendingConfirmation"), new XElement("TopicArn", subscription.TopicArn),
        new XElement("Protocol", subscription.Protocol), new XElement("Endpoint", subscription.Endpoint), new XElement("Owner", options.AccountId))));

    private static MessageAttribute Attribute(Dictionary<string, string> entry) =>
        new(entry.GetValueOrDefault("Value.DataType", "String"), entry.GetValueOrDefault("Value.StringValue") ?? entry.GetValueOrDefault("Value.BinaryValue", ""));

    private static Dictionary<string, string> Tags(QueryRequest request) => request.List("Tags").ToDictionary(tag => tag["Key"], tag => tag.GetValueOrDefault("Value", ""));

    private static XElement Attributes(Dictionary<string, string> attributes) =>
        new("Attributes", attributes.Select(attribute => new XElement("entry", new XElement("key", attribute.Key), new XElement("value", attribute.Value))));

    private static XElement Member(params object[] content) => new("member", content);

    private static Task<IEnumerable<XElement>?> Answer(params XElement[] elements) => Task.FromResult<IEnumerable<XElement>?>(elements);

    private static Task<IEnumerable<XElement>?> Run(Action action)
    {
        action();
        return Task.FromResult<IEnumerable<XElement>?>(null);
    }
}
