using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ImageApp.LocalAws.Storage;

namespace ImageApp.LocalAws.Sns;

/// <summary>Topics and subscriptions on disk.</summary>
internal sealed partial class TopicStore
{
    private readonly LocalAwsOptions _options;
    private readonly string _topicFolder;
    private readonly string _subscriptionFolder;
    private readonly ConcurrentDictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Subscription> _subscriptions = new(StringComparer.Ordinal);

    public TopicStore(LocalAwsOptions options)
    {
        _options = options;
        _topicFolder = Path.Combine(options.DataDirectory, "sns", "topics");
        _subscriptionFolder = Path.Combine(options.DataDirectory, "sns", "subscriptions");
        Directory.CreateDirectory(_topicFolder);
        Directory.CreateDirectory(_subscriptionFolder);
        foreach (var path in Directory.EnumerateFiles(_topicFolder, "*.json"))
        {
            var topic = JsonSerializer.Deserialize(File.ReadAllBytes(path), StateJson.Default.Topic)!;
            _topics[topic.Arn] = topic;
        }

        foreach (var path in Directory.EnumerateFiles(_subscriptionFolder, "*.json"))
        {
            var subscription = JsonSerializer.Deserialize(File.ReadAllBytes(path), StateJson.Default.Subscription)!;
            _subscriptions[subscription.Arn] = subscription;
        }
    }

    public IEnumerable<Topic> Topics => _topics.Values.OrderBy(topic => topic.Arn, StringComparer.Ordinal);

    public IEnumerable<Subscription> Subscriptions => _subscriptions.Values.OrderBy(subscription => subscription.Arn, StringComparer.Ordinal);

    /// <summary>Finds a topic.</summary>
    /// <exception cref="AwsServiceException"><c>NotFound</c>.</exception>
    public Topic Get(string arn) => _topics.TryGetValue(arn, out var topic) ? topic : throw new AwsServiceException("NotFound", $"Topic does not exist: {arn}", HttpStatusCode.NotFound);

    /// <summary>Finds a subscription.</summary>
    /// <exception cref="AwsServiceException"><c>NotFound</c>.</exception>
    public Subscription GetSubscription(string arn) =>
        FindSubscription(arn) ?? throw new AwsServiceException("NotFound", $"Subscription does not exist: {arn}", HttpStatusCode.NotFound);

    public Subscription? FindSubscription(string arn) => _subscriptions.GetValueOrDefault(arn);

    public IEnumerable<Subscription> SubscriptionsOf(string topicArn) => Subscriptions.Where(subscription => subscription.TopicArn == topicArn);

    /// <summary>Creates a topic; the same name gives the same topic.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>: the name.</exception>
    public async Task<Topic> CreateAsync(string name, Dictionary<string, string> attributes, Dictionary<string, string> tags, CancellationToken cancellationToken)
    {
        if (!ValidName().IsMatch(name))
        {
            throw new AwsServiceException("InvalidParameter", $"Invalid parameter: Topic Name '{name}': 1 to 256 letters, digits, hyphens and underscores are allowed; FIFO topics are not implemented.");
        }

        var arn = $"arn:aws:sns:{_options.Region}:{_options.AccountId}:{name}";
        var topic = _topics.TryGetValue(arn, out var existing) ? existing : new Topic(arn) { Tags = tags };
        foreach (var (attribute, value) in attributes)
        {
            topic = With(topic, attribute, value);
        }

        await SaveAsync(topic, cancellationToken);
        return topic;
    }

    /// <summary>A topic with one attribute changed.</summary>
    public static Topic With(Topic topic, string attribute, string value)
    {
        if (attribute == "Policy")
        {
            if (value.Length > 0)
            {
                Policies.ResourcePolicy.Validate(value);
            }

            return topic with { Policy = value.Length > 0 ? value : null };
        }

        return topic with { Attributes = new Dictionary<string, string>(topic.Attributes) { [attribute] = value } };
    }

    public async Task SaveAsync(Topic topic, CancellationToken cancellationToken)
    {
        await AtomicFile.WriteAsync(Path.Combine(_topicFolder, topic.Name + ".json"), JsonSerializer.SerializeToUtf8Bytes(topic, StateJson.Default.Topic), cancellationToken);
        _topics[topic.Arn] = topic;
    }

    public void Delete(string arn)
    {
        if (_topics.TryRemove(arn, out var topic))
        {
            File.Delete(Path.Combine(_topicFolder, topic.Name + ".json"));
        }

        foreach (var subscription in SubscriptionsOf(arn).ToList())
        {
            DeleteSubscription(subscription.Arn);
        }
    }

    /// <summary>Subscribes; the same endpoint gives the same subscription.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c> or <c>NotFound</c>.</exception>
    public async Task<Subscription> SubscribeAsync(string topicArn, string protocol, string endpoint, Dictionary<string, string> attributes, CancellationToken cancellationToken)
    {
        Get(topicArn);
        var valid = protocol switch
        {
            "lambda" => endpoint.StartsWith("arn:aws:lambda:", StringComparison.Ordinal),
            "sqs" => endpoint.StartsWith("arn:aws:sqs:", StringComparison.Ordinal),
            "http" or "https" => Uri.TryCreate(endpoint, UriKind.Absolute, out var url) && url.Scheme == protocol,
            _ => throw new AwsServiceException("InvalidParameter", $"Invalid parameter: Protocol '{protocol}': local AWS has lambda, sqs, http and https."),
        };
        if (!valid)
        {
            throw new AwsServiceException("InvalidParameter", $"Invalid parameter: Endpoint '{endpoint}' is no endpoint of protocol {protocol}.");
        }

        var existing = Subscriptions.FirstOrDefault(found => found.TopicArn == topicArn && found.Protocol == protocol && found.Endpoint == endpoint);
        var subscription = existing ?? new Subscription($"{topicArn}:{Guid.NewGuid()}", topicArn, protocol, endpoint, protocol is "http" or "https" ? Guid.NewGuid().ToString("N") : null);
        subscription = subscription with { Attributes = attributes.Count > 0 ? attributes : subscription.Attributes };
        await SaveAsync(subscription, cancellationToken);
        return subscription;
    }

    public async Task SaveAsync(Subscription subscription, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in subscription.Attributes)
        {
            CheckAttribute(name, value);
        }

        await AtomicFile.WriteAsync(PathOf(subscription.Arn), JsonSerializer.SerializeToUtf8Bytes(subscription, StateJson.Default.Subscription), cancellationToken);
        _subscriptions[subscription.Arn] = subscription;
    }

    public void DeleteSubscription(string arn)
    {
        _subscriptions.TryRemove(arn, out _);
        File.Delete(PathOf(arn));
    }

    private static void CheckAttribute(string name, string value)
    {
        if (name is not ("FilterPolicy" or "FilterPolicyScope" or "RawMessageDelivery" or "RedrivePolicy" or "DeliveryPolicy"))
        {
            throw new AwsServiceException("InvalidParameter", $"Invalid parameter: AttributeName '{name}': FilterPolicy, FilterPolicyScope, RawMessageDelivery, RedrivePolicy and DeliveryPolicy are allowed.");
        }

        if (name is "FilterPolicy" && value.Length > 0)
        {
            FilterPolicy.Validate(value);
        }
    }

    private string PathOf(string arn) => Path.Combine(_subscriptionFolder, arn[(arn.LastIndexOf(':') + 1)..] + ".json");

    [GeneratedRegex("^[A-Za-z0-9_-]{1,256}$")]
    private static partial Regex ValidName();
}
