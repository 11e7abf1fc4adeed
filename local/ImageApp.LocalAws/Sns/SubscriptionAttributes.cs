using System.Text.Json;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Protocols;
using ImageApp.LocalAws.Sqs;

namespace ImageApp.LocalAws.Sns;

/// <summary>The attributes of a subscription that can be set (SNS API, <c>SetSubscriptionAttributes</c>).</summary>
internal static class SubscriptionAttributes
{
    /// <summary>The attributes of a new subscription.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>, naming the attribute and what is allowed.</exception>
    public static IReadOnlyDictionary<string, string> OfNew(
        Topic topic,
        string protocol,
        string endpoint,
        IReadOnlyDictionary<string, string> attributes)
    {
        try
        {
            var valid = Change(protocol, new Dictionary<string, string>(), attributes);
            RequireFifoDeadLetters(topic, endpoint, valid);
            return valid;
        }
        catch (AwsServiceException failure)
        {
            throw SnsErrors.InAttributes(failure);
        }
    }

    /// <summary>The attributes after a change; an empty value removes one.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>, naming the attribute and what is allowed.</exception>
    public static IReadOnlyDictionary<string, string> Change(
        string protocol,
        IReadOnlyDictionary<string, string> before,
        IReadOnlyDictionary<string, string> changes)
    {
        var after = new Dictionary<string, string>(before, StringComparer.Ordinal);
        foreach (var (name, value) in changes)
        {
            if (value.Length == 0 && name != Subscription.RawMessageDeliveryAttribute)
            {
                after.Remove(name);
            }
            else
            {
                after[name] = value;
            }
        }

        // What was there before may be of an earlier version, which allowed more.
        foreach (var (name, value) in after.Where(pair => changes.ContainsKey(pair.Key)))
        {
            Validate(protocol, name, value);
        }

        var changesFilter =
            changes.ContainsKey(Subscription.FilterPolicyAttribute) || changes.ContainsKey(Subscription.FilterPolicyScopeAttribute);
        if (changesFilter && after.TryGetValue(Subscription.FilterPolicyAttribute, out var policy))
        {
            FilterPolicy.Parse(policy, after.GetValueOrDefault(Subscription.FilterPolicyScopeAttribute));
        }

        return after;
    }

    /// <summary>The queue that a <c>RedrivePolicy</c> names.</summary>
    public static string DeadLetterTarget(string redrivePolicy)
    {
        string? target;
        try
        {
            target = (JsonText.Parse(redrivePolicy) as JsonObject)?["deadLetterTargetArn"]?.ToString();
        }
        catch (JsonException failure)
        {
            throw Invalid(Subscription.RedrivePolicyAttribute, $"failed to parse JSON. {failure.Message}");
        }

        return target is not null && target.StartsWith("arn:aws:sqs:", StringComparison.Ordinal)
            ? target
            : throw Invalid(
                Subscription.RedrivePolicyAttribute,
                $"deadLetterTargetArn is an invalid arn: '{target}' is none of an SQS queue.");
    }

    /// <summary>A FIFO queue at a FIFO topic has another FIFO queue for its dead letters.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>.</exception>
    public static void RequireFifoDeadLetters(Topic topic, string endpoint, IReadOnlyDictionary<string, string> attributes)
    {
        if (
            topic.IsFifo()
            && endpoint.EndsWith(SqsStore.FifoSuffix, StringComparison.Ordinal)
            && attributes.TryGetValue(Subscription.RedrivePolicyAttribute, out var policy)
            && !DeadLetterTarget(policy).EndsWith(SqsStore.FifoSuffix, StringComparison.Ordinal))
        {
            throw Invalid(
                Subscription.RedrivePolicyAttribute,
                "must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.");
        }
    }

    private static void Validate(string protocol, string name, string value)
    {
        switch (name)
        {
            case Subscription.RawMessageDeliveryAttribute when value is not ("true" or "false"):
                throw Invalid(name, $"Invalid value [{value}]. Must be true or false.");
            case Subscription.RawMessageDeliveryAttribute when value == "true" && protocol == "lambda":
                throw Invalid(name, "raw delivery is for the protocols sqs, http and https.");
            case Subscription.RedrivePolicyAttribute:
                DeadLetterTarget(value);
                break;
            case Subscription.DeliveryPolicyAttribute when protocol is "http" or "https":
                HttpDeliveryPolicy.ParseSubscriptions(value);
                break;
            case Subscription.DeliveryPolicyAttribute:
                throw Invalid(name, "a delivery policy is for the protocols http and https.");
            case Subscription.FilterPolicyScopeAttribute when value is not (FilterPolicy.AttributesScope or FilterPolicy.BodyScope):
                throw Invalid(
                    name,
                    $"Invalid value [{value}]. Please use either {FilterPolicy.BodyScope} or {FilterPolicy.AttributesScope}");
            case Subscription.RawMessageDeliveryAttribute or Subscription.FilterPolicyAttribute or Subscription.FilterPolicyScopeAttribute:
                break;
            default:
                throw SnsErrors.Invalid(
                    "AttributeName",
                    $"'{name}'; allowed are RawMessageDelivery, FilterPolicy, FilterPolicyScope, RedrivePolicy and DeliveryPolicy.");
        }
    }

    private static AwsServiceException Invalid(string name, string what) => new("InvalidParameter", $"Invalid parameter: {name}: {what}");
}
