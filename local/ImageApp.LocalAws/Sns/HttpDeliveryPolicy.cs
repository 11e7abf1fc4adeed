using System.Net.Http.Headers;
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
        ? ParseTopics(json, isStored: true)
        : new HttpDeliveryPolicy();

    /// <summary>What holds for a subscription: its own where it has one and the topic lets it, else the topic's.</summary>
    public static HttpDeliveryPolicy Of(Topic topic, Subscription subscription)
    {
        var ofTopic = Of(topic);
        return !ofTopic.DisablesOverrides && subscription.Attributes.TryGetValue(Subscription.DeliveryPolicyAttribute, out var own)
            ? ParseSubscriptions(own, isStored: true)
            : ofTopic;
    }

    /// <summary>Reads a topic's attribute.</summary>
    /// <param name="json">Its value.</param>
    /// <param name="isStored">Whether it was accepted before, maybe by an earlier version, which looked at the retries only.</param>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>, naming what is wrong.</exception>
    public static HttpDeliveryPolicy ParseTopics(string json, bool isStored = false)
    {
        var policy = Read(json);
        var http = Member(policy, "http") ?? throw Invalid("it has no object http.");
        if (!isStored)
        {
            Require(policy, "http");
            Require(http, RetriesOfTopic, ThrottleOfTopic, RequestOfTopic, Overrides);
            if (http[Overrides]?.GetValueKind() is not (null or JsonValueKind.True or JsonValueKind.False))
            {
                throw Invalid($"{Overrides} is {http[Overrides]!.ToJsonString()}; allowed are true and false.");
            }
        }

        return Parse(http, RetriesOfTopic, ThrottleOfTopic, RequestOfTopic, isStored) with
        {
            DisablesOverrides = http[Overrides]?.GetValueKind() == JsonValueKind.True,
        };
    }

    /// <summary>Reads a subscription's attribute.</summary>
    /// <param name="json">Its value.</param>
    /// <param name="isStored">Whether it was accepted before, maybe by an earlier version, which looked at the retries only.</param>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>, naming what is wrong.</exception>
    public static HttpDeliveryPolicy ParseSubscriptions(string json, bool isStored = false)
    {
        var policy = Read(json);
        if (!isStored)
        {
            Require(policy, Retries, SicklyRetries, Throttle, Request, Guaranteed);
            if (policy[SicklyRetries] is not null || policy[Guaranteed]?.GetValueKind() is not (null or JsonValueKind.False))
            {
                throw Invalid($"{SicklyRetries} must be null and {Guaranteed} must be false.");
            }
        }

        return Parse(policy, Retries, Throttle, Request, isStored);
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

    private static HttpDeliveryPolicy Parse(JsonObject policy, string retries, string throttle, string request, bool isStored)
    {
        var retry = Member(policy, retries);
        if (!isStored)
        {
            Validate(retry, Member(policy, throttle), Member(policy, request));
        }

        return new HttpDeliveryPolicy
        {
            Retry = retry is null ? DeliveryPolicy.Http : DeliveryPolicy.Parse(retry),
            MaxReceivesPerSecond = RateOf(policy[throttle]),
            HeaderContentType = ContentTypeOf(policy[request]) ?? DefaultContentType,
        };
    }

    private static void Validate(JsonObject? retry, JsonObject? throttle, JsonObject? request)
    {
        Require(retry ?? [], s_retryMembers);
        Require(throttle ?? [], Rate);
        Require(request ?? [], ContentType);
        if (throttle is not null && RateOf(throttle) is null)
        {
            throw Invalid($"{Rate} is {throttle[Rate]?.ToJsonString()}; allowed are whole numbers from 1.");
        }

        if (request is not null && ContentTypeOf(request) is null)
        {
            throw Invalid($"{ContentType} is '{request[ContentType]}'; allowed are {string.Join(", ", s_contentTypes)}.");
        }
    }

    private static int? RateOf(JsonNode? throttle) =>
        throttle is JsonObject && throttle[Rate] is JsonValue value && value.TryGetValue<int>(out var rate) && rate >= 1 ? rate : null;

    private static string? ContentTypeOf(JsonNode? request) =>
        request is JsonObject
        && request[ContentType]?.GetValueKind() == JsonValueKind.String
        && MediaTypeHeaderValue.TryParse(request[ContentType]!.GetValue<string>(), out var type)
        && s_contentTypes.Contains(type.MediaType)
            ? type.ToString()
            : null;

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
