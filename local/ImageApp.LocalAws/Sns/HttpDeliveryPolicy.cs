using System.Text.Json;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Protocols;

namespace ImageApp.LocalAws.Sns;

/// <summary>
/// How messages are delivered to web servers: the <c>DeliveryPolicy</c> of a topic or subscription (SNS Developer Guide, "Creating an
/// HTTP/S delivery policy").
/// </summary>
internal sealed record HttpDeliveryPolicy
{
    private const string DefaultContentType = "text/plain; charset=UTF-8";
    private const string RetriesOfTopic = "defaultHealthyRetryPolicy";
    private const string ThrottleOfTopic = "defaultThrottlePolicy";
    private const string RequestOfTopic = "defaultRequestPolicy";
    private const string Overrides = "disableSubscriptionOverrides";
    private const string Retries = "healthyRetryPolicy";
    private const string SicklyRetries = "sicklyRetryPolicy";
    private const string Throttle = "throttlePolicy";
    private const string Request = "requestPolicy";
    private const string Guaranteed = "guaranteed";
    private const string Rate = "maxReceivesPerSecond";
    private const string ContentType = "headerContentType";

    private static readonly string[] s_contentTypes =
    [
        "text/plain",
        "text/html",
        "text/css",
        "text/csv",
        "text/xml",
        "application/json",
        "application/xml",
        "application/atom+xml",
        "application/octet-stream",
        "application/soap+xml",
        "application/x-www-form-urlencoded",
    ];

    private static readonly string[] s_retryMembers =
    [
        "minDelayTarget",
        "maxDelayTarget",
        "numRetries",
        "numMaxDelayRetries",
        "numNoDelayRetries",
        "numMinDelayRetries",
        "backoffFunction",
    ];

    /// <summary>When failed deliveries are tried again.</summary>
    public DeliveryPolicy Retry { get; init; } = DeliveryPolicy.Http;

    /// <summary>Deliveries a second to each subscription; null where they are not limited.</summary>
    public int? MaxReceivesPerSecond { get; init; }

    /// <summary>The header of that name.</summary>
    public string HeaderContentType { get; init; } = DefaultContentType;

    /// <summary>Whether a topic's policy holds even where a subscription has its own.</summary>
    public bool DisablesOverrides { get; init; }

    /// <summary>What holds for a topic.</summary>
    public static HttpDeliveryPolicy Of(Topic topic) => topic.Attributes.TryGetValue(Topic.DeliveryPolicyAttribute, out var json)
        ? ParseTopics(json)
        : new HttpDeliveryPolicy();

    /// <summary>What holds for a subscription: its own where it has one and the topic lets it, else the topic's.</summary>
    public static HttpDeliveryPolicy Of(Topic topic, Subscription subscription)
    {
        var ofTopic = Of(topic);
        return !ofTopic.DisablesOverrides && subscription.Attributes.TryGetValue(Subscription.DeliveryPolicyAttribute, out var own)
            ? ParseSubscriptions(own)
            : ofTopic;
    }

    /// <summary>Reads a topic's attribute.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>, naming what is wrong.</exception>
    public static HttpDeliveryPolicy ParseTopics(string json)
    {
        var policy = Read(json);
        Require(policy, "http");
        var http = Member(policy, "http") ?? throw Invalid("it has no object http.");
        Require(http, RetriesOfTopic, ThrottleOfTopic, RequestOfTopic, Overrides);
        return Parse(http, RetriesOfTopic, ThrottleOfTopic, RequestOfTopic) with
        {
            DisablesOverrides = http[Overrides] switch
            {
                null => false,
                var flag when flag.GetValueKind() is JsonValueKind.True or JsonValueKind.False => flag.GetValue<bool>(),
                var other => throw Invalid($"{Overrides} is {other.ToJsonString()}; allowed are true and false."),
            },
        };
    }

    /// <summary>Reads a subscription's attribute.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>, naming what is wrong.</exception>
    public static HttpDeliveryPolicy ParseSubscriptions(string json)
    {
        var policy = Read(json);
        Require(policy, Retries, SicklyRetries, Throttle, Request, Guaranteed);
        return policy[SicklyRetries] is null && policy[Guaranteed]?.GetValueKind() is null or JsonValueKind.False
            ? Parse(policy, Retries, Throttle, Request)
            : throw Invalid($"{SicklyRetries} must be null and {Guaranteed} must be false.");
    }

    /// <summary>The value of a topic's <c>EffectiveDeliveryPolicy</c>.</summary>
    public string ToTopicsJson()
    {
        var http = new JsonObject { [RetriesOfTopic] = RetryJson(), [Overrides] = DisablesOverrides };
        if (ThrottleJson() is { } throttle)
        {
            http[ThrottleOfTopic] = throttle;
        }

        http[RequestOfTopic] = RequestJson();
        return new JsonObject { ["http"] = http }.ToJsonString();
    }

    /// <summary>The value of a subscription's <c>EffectiveDeliveryPolicy</c>.</summary>
    public string ToSubscriptionsJson() => new JsonObject
    {
        [Retries] = RetryJson(),
        [SicklyRetries] = null,
        [Throttle] = ThrottleJson(),
        [Request] = RequestJson(),
        [Guaranteed] = false,
    }.ToJsonString();

    private static HttpDeliveryPolicy Parse(JsonObject policy, string retries, string throttle, string request)
    {
        var parsed = new HttpDeliveryPolicy();
        if (Member(policy, retries) is { } retry)
        {
            Require(retry, s_retryMembers);
            parsed = parsed with { Retry = DeliveryPolicy.Parse(retry) };
        }

        if (Member(policy, throttle) is { } limit)
        {
            Require(limit, Rate);
            parsed = parsed with
            {
                MaxReceivesPerSecond = limit[Rate] is JsonValue value && value.TryGetValue<int>(out var rate) && rate >= 1
                    ? rate
                    : throw Invalid($"{Rate} is {limit[Rate]?.ToJsonString()}; allowed are whole numbers from 1."),
            };
        }

        if (Member(policy, request) is { } header)
        {
            Require(header, ContentType);
            parsed = parsed with
            {
                HeaderContentType = header[ContentType] is { } type && s_contentTypes.Contains(type.ToString().Split(';')[0])
                    ? type.ToString()
                    : throw Invalid($"{ContentType} is '{header[ContentType]}'; allowed are {string.Join(", ", s_contentTypes)}."),
            };
        }

        return parsed;
    }

    private static JsonObject Read(string json)
    {
        try
        {
            return JsonText.Parse(json) as JsonObject ?? throw Invalid("it must be a JSON object.");
        }
        catch (JsonException failure)
        {
            throw Invalid($"failed to parse JSON. {failure.Message}");
        }
    }

    private static JsonObject? Member(JsonObject policy, string name) => policy[name] switch
    {
        null => null,
        JsonObject member => member,
        _ => throw Invalid($"{name} must be an object."),
    };

    private static void Require(JsonObject policy, params string[] allowed)
    {
        if (policy.FirstOrDefault(pair => !allowed.Contains(pair.Key)).Key is { } unexpected)
        {
            throw Invalid($"Unexpected JSON member: {unexpected}. Allowed are {string.Join(", ", allowed)}.");
        }
    }

    private static AwsServiceException Invalid(string what) => new("InvalidParameter", "Invalid parameter: DeliveryPolicy: " + what);

    private JsonObject RetryJson() => new()
    {
        ["minDelayTarget"] = Retry.MinDelayTarget,
        ["maxDelayTarget"] = Retry.MaxDelayTarget,
        ["numRetries"] = Retry.NumRetries,
        ["numMaxDelayRetries"] = Retry.NumMaxDelayRetries,
        ["numNoDelayRetries"] = Retry.NumNoDelayRetries,
        ["numMinDelayRetries"] = Retry.NumMinDelayRetries,
        ["backoffFunction"] = Retry.BackoffFunction,
    };

    private JsonObject? ThrottleJson() => MaxReceivesPerSecond is { } rate ? new JsonObject { [Rate] = rate } : null;

    private JsonObject RequestJson() => new() { [ContentType] = HeaderContentType };
}
