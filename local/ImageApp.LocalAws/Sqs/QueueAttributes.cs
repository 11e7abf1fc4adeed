using System.Globalization;
using ImageApp.LocalAws.Policies;

namespace ImageApp.LocalAws.Sqs;

/// <summary>The attributes of a queue that can be set: their defaults and limits (SQS API, <c>SetQueueAttributes</c>).</summary>
internal static class QueueAttributes
{
    public const string DelaySeconds = "DelaySeconds";
    public const string MaximumMessageSize = "MaximumMessageSize";
    public const string MessageRetentionPeriod = "MessageRetentionPeriod";
    public const string Policy = "Policy";
    public const string ReceiveMessageWaitTimeSeconds = "ReceiveMessageWaitTimeSeconds";
    public const string RedrivePolicyName = "RedrivePolicy";
    public const string VisibilityTimeout = "VisibilityTimeout";

    private const string SqsManagedSseEnabled = "SqsManagedSseEnabled";
    private const string RedriveAllowPolicy = "RedriveAllowPolicy";

    private static readonly Dictionary<string, (int Default, int Minimum, int Maximum)> s_numbers = new(StringComparer.Ordinal)
    {
        [DelaySeconds] = (0, 0, 900),
        [MaximumMessageSize] = (1_048_576, 1024, 1_048_576),
        [MessageRetentionPeriod] = (345_600, 60, 1_209_600),
        [ReceiveMessageWaitTimeSeconds] = (0, 0, 20),
        [VisibilityTimeout] = (30, 0, 43_200),
    };

    public static IEnumerable<string> Numbers => s_numbers.Keys;

    public static int Number(IReadOnlyDictionary<string, string> attributes, string name) =>
        attributes.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : s_numbers[name].Default;

    /// <summary>The attributes after a change; an empty policy removes it.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidAttributeName</c> or <c>InvalidAttributeValue</c>, naming what is
    /// allowed.</exception>
    public static IReadOnlyDictionary<string, string> Change(
        IReadOnlyDictionary<string, string> before,
        IReadOnlyDictionary<string, string> changes)
    {
        var after = new Dictionary<string, string>(before, StringComparer.Ordinal);
        foreach (var (name, value) in changes)
        {
            if (value.Length == 0 && name is Policy or RedrivePolicyName or RedriveAllowPolicy)
            {
                after.Remove(name);
                continue;
            }

            Validate(name, value);
            after[name] = value;
        }

        return after;
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
            case SqsManagedSseEnabled when value is "true" or "false":
            case RedriveAllowPolicy:
                break;
            default:
                throw new AwsServiceException(
                    "InvalidAttributeName",
                    $"Unknown attribute {name}. Allowed are {string.Join(", ", s_numbers.Keys)}, {Policy}, {RedrivePolicyName}, "
                    + $"{RedriveAllowPolicy} and {SqsManagedSseEnabled} (true or false); FIFO queues and KMS keys are not offered locally."
                );
        }
    }

    private static AwsServiceException Invalid(string name, string what) =>
        new("InvalidAttributeValue", $"Invalid value for the parameter {name}: {what}");
}
