using System.Globalization;
using ImageApp.LocalAws.Policies;

namespace ImageApp.LocalAws.Sqs;

/// <summary>The attributes of a queue that can be set: their defaults and limits (SQS API, <c>SetQueueAttributes</c>).</summary>
internal static class QueueAttributes
{
    public const string ContentBasedDeduplication = "ContentBasedDeduplication";
    public const string DeduplicationScope = "DeduplicationScope";
    public const string DelaySeconds = "DelaySeconds";
    public const string FifoQueue = "FifoQueue";
    public const string FifoThroughputLimit = "FifoThroughputLimit";
    public const string KmsDataKeyReusePeriodSeconds = "KmsDataKeyReusePeriodSeconds";
    public const string KmsMasterKeyId = "KmsMasterKeyId";
    public const string MaximumMessageSize = "MaximumMessageSize";
    public const string MessageRetentionPeriod = "MessageRetentionPeriod";
    public const string Policy = "Policy";
    public const string ReceiveMessageWaitTimeSeconds = "ReceiveMessageWaitTimeSeconds";
    public const string RedriveAllowPolicyName = "RedriveAllowPolicy";
    public const string RedrivePolicyName = "RedrivePolicy";
    public const string SqsManagedSseEnabled = "SqsManagedSseEnabled";
    public const string VisibilityTimeout = "VisibilityTimeout";

    public const string True = "true";
    public const string False = "false";
    public const string MessageGroupScope = "messageGroup";

    private const string QueueScope = "queue";
    private const string LimitPerGroup = "perMessageGroupId";
    private const string LimitPerQueue = "perQueue";

    private static readonly Dictionary<string, (int Default, int Minimum, int Maximum)> s_numbers = new(StringComparer.Ordinal)
    {
        [DelaySeconds] = (0, 0, 900),
        [MaximumMessageSize] = (1_048_576, 1024, 1_048_576),
        [MessageRetentionPeriod] = (345_600, 60, 1_209_600),
        [ReceiveMessageWaitTimeSeconds] = (0, 0, 20),
        [VisibilityTimeout] = (30, 0, 43_200),
        [KmsDataKeyReusePeriodSeconds] = (300, 60, 86_400),
    };

    private static readonly string[] s_policies = [Policy, RedrivePolicyName, RedriveAllowPolicyName];

    private static readonly Dictionary<string, string> s_fifoDefaults = new(StringComparer.Ordinal)
    {
        [ContentBasedDeduplication] = False,
        [DeduplicationScope] = QueueScope,
        [FifoThroughputLimit] = LimitPerQueue,
    };

    /// <summary>Every attribute that can be set.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. s_numbers.Keys, .. s_policies, FifoQueue, .. s_fifoDefaults.Keys, KmsMasterKeyId, SqsManagedSseEnabled,
    ];

    /// <summary>Those that are numbers.</summary>
    public static IEnumerable<string> Numbers => s_numbers.Keys;

    /// <summary>Those that are no JSON documents.</summary>
    public static IEnumerable<string> Scalars => Names.Except(s_policies);

    public static int Number(IReadOnlyDictionary<string, string> attributes, string name) =>
        attributes.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : s_numbers[name].Default;

    public static bool IsFifo(IReadOnlyDictionary<string, string> attributes) => attributes.GetValueOrDefault(FifoQueue) == True;

    /// <summary>All attributes as they are reported: those that were set, and the defaults of the others.</summary>
    public static Dictionary<string, string> Effective(IReadOnlyDictionary<string, string> attributes)
    {
        var all = new Dictionary<string, string>(attributes, StringComparer.Ordinal);
        var hasKey = attributes.ContainsKey(KmsMasterKeyId);
        foreach (var (name, limits) in s_numbers)
        {
            if (name != KmsDataKeyReusePeriodSeconds || hasKey)
            {
                all.TryAdd(name, limits.Default.ToString(CultureInfo.InvariantCulture));
            }
        }

        foreach (var (name, value) in s_fifoDefaults)
        {
            if (IsFifo(attributes))
            {
                all.TryAdd(name, value);
            }
        }

        all.TryAdd(SqsManagedSseEnabled, hasKey ? False : True);
        return all;
    }

    /// <summary>The attributes of a new queue.</summary>
    /// <param name="isFifo">Whether its name is that of a FIFO queue.</param>
    /// <param name="attributes">Those that are given.</param>
    /// <exception cref="AwsServiceException"><c>InvalidParameterValue</c>: name and <c>FifoQueue</c> contradict each other; and as in
    /// <see cref="Change"/>.</exception>
    public static IReadOnlyDictionary<string, string> OfNew(bool isFifo, IReadOnlyDictionary<string, string> attributes)
    {
        var asksForFifo = IsTrue(attributes.GetValueOrDefault(FifoQueue));
        if (asksForFifo != isFifo)
        {
            throw new AwsServiceException(
                "InvalidParameterValue",
                isFifo
                    ? "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length; a name that ends with .fifo "
                        + "needs the attribute FifoQueue with the value true."
                    : "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo "
                        + "suffix and be 1 to 80 in length.");
        }

        return Change(isFifo ? new Dictionary<string, string> { [FifoQueue] = True } : [], attributes);
    }

    /// <summary>The attributes after a change; an empty value gives one its default again.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidAttributeName</c> or <c>InvalidAttributeValue</c>, naming what is
    /// allowed.</exception>
    public static IReadOnlyDictionary<string, string> Change(
        IReadOnlyDictionary<string, string> before,
        IReadOnlyDictionary<string, string> changes)
    {
        var isFifo = IsFifo(before);
        var after = new Dictionary<string, string>(before, StringComparer.Ordinal);
        foreach (var (name, given) in changes)
        {
            var value = name is FifoQueue or ContentBasedDeduplication or SqsManagedSseEnabled ? given.ToLowerInvariant() : given;
            RequireType(name, isFifo);
            if (value.Length == 0 && name != FifoQueue && Names.Contains(name))
            {
                after.Remove(name);
                continue;
            }

            Validate(name, value);
            after[name] = value;
        }

        Encrypt(after, changes);
        return after.GetValueOrDefault(FifoThroughputLimit) == LimitPerGroup
            && after.GetValueOrDefault(DeduplicationScope) != MessageGroupScope
            ? throw Invalid(FifoThroughputLimit, $"{LimitPerGroup} is allowed only where {DeduplicationScope} is {MessageGroupScope}.")
            : after;
    }

    /// <summary>One kind of encryption takes the place of the other; both at once are refused.</summary>
    private static void Encrypt(Dictionary<string, string> after, IReadOnlyDictionary<string, string> changes)
    {
        var takesKey = changes.GetValueOrDefault(KmsMasterKeyId) is { Length: > 0 };
        var takesOwn = IsTrue(changes.GetValueOrDefault(SqsManagedSseEnabled));
        if (takesKey && takesOwn)
        {
            throw new AwsServiceException(
                "InvalidAttributeName",
                "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.");
        }

        if (takesKey)
        {
            after[SqsManagedSseEnabled] = False;
        }

        if (takesOwn)
        {
            after.Remove(KmsMasterKeyId);
            after.Remove(KmsDataKeyReusePeriodSeconds);
        }
    }

    private static void RequireType(string name, bool isFifo)
    {
        if (isFifo)
        {
            return;
        }

        switch (name)
        {
            case FifoQueue or ContentBasedDeduplication:
                throw new AwsServiceException("InvalidAttributeName", $"Unknown Attribute {name}.");
            case DeduplicationScope or FifoThroughputLimit:
                throw new AwsServiceException("InvalidAttributeName", $"You can specify the {name} only when FifoQueue is set to true.");
        }
    }

    private static void Validate(string name, string value)
    {
        if (s_numbers.TryGetValue(name, out var limits))
        {
            if (
                !int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || number < limits.Minimum
                || number > limits.Maximum)
            {
                throw Invalid(name, $"'{value}' is no whole number from {limits.Minimum} to {limits.Maximum}.");
            }

            return;
        }

        switch (name)
        {
            case Policy:
                try
                {
                    ResourcePolicy.Validate(value);
                }
                catch (AwsServiceException malformed)
                {
                    throw Invalid(name, malformed.Message);
                }

                break;
            case RedrivePolicyName:
                RedrivePolicy.Parse(value);
                break;
            case RedriveAllowPolicyName:
                RedriveAllowPolicy.Parse(value);
                break;
            case FifoQueue when value != True:
                throw Invalid(name, "Modifying queue type is not supported.");
            case ContentBasedDeduplication or SqsManagedSseEnabled when value is not (True or False):
                throw Invalid(name, $"'{value}' is neither {True} nor {False}.");
            case DeduplicationScope when value is not (QueueScope or MessageGroupScope):
                throw Invalid(name, $"'{value}' is neither {QueueScope} nor {MessageGroupScope}.");
            case FifoThroughputLimit when value is not (LimitPerQueue or LimitPerGroup):
                throw Invalid(name, $"'{value}' is neither {LimitPerQueue} nor {LimitPerGroup}.");
            default:
                if (!Names.Contains(name))
                {
                    throw new AwsServiceException(
                        "InvalidAttributeName",
                        $"Unknown Attribute {name}. Allowed are {string.Join(", ", Names)}.");
                }

                break;
        }
    }

    private static bool IsTrue(string? value) => string.Equals(value, True, StringComparison.OrdinalIgnoreCase);

    private static AwsServiceException Invalid(string name, string what) =>
        new("InvalidAttributeValue", $"Invalid value for the parameter {name}. Reason: {what}");
}
