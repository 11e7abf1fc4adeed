using ImageApp.LocalAws.Policies;

namespace ImageApp.LocalAws.Sns;

/// <summary>The attributes of a topic that can be set (SNS API, <c>CreateTopic</c> and <c>SetTopicAttributes</c>).</summary>
internal static class TopicAttributes
{
    private const string True = "true";
    private const string False = "false";
    private const int MaximumDisplayNameLength = 100;

    private static readonly string[] s_names =
    [
        Topic.PolicyAttribute,
        Topic.DisplayNameAttribute,
        Topic.DeliveryPolicyAttribute,
        Topic.SignatureVersionAttribute,
        Topic.TracingConfigAttribute,
        Topic.KmsMasterKeyIdAttribute,
        Topic.ContentBasedDeduplicationAttribute,
        Topic.FifoThroughputScopeAttribute,
    ];

    /// <summary>The attributes of a new topic.</summary>
    /// <param name="isFifo">Whether its name is that of a FIFO topic.</param>
    /// <param name="attributes">Those that are given.</param>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>, naming what is wrong.</exception>
    public static Dictionary<string, string> OfNew(bool isFifo, IReadOnlyDictionary<string, string> attributes)
    {
        var asksForFifo = attributes.GetValueOrDefault(Topic.FifoTopicAttribute)?.ToLowerInvariant();
        if (asksForFifo is not (null or True or False))
        {
            throw SnsErrors.Invalid("Attributes", $"{Topic.FifoTopicAttribute}: Invalid value [{asksForFifo}]. Must be true or false.");
        }

        if (isFifo != (asksForFifo == True))
        {
            throw SnsErrors.Invalid(
                "Topic Name",
                $"the name of a topic ends with {Topic.FifoSuffix} exactly where {Topic.FifoTopicAttribute} is true.");
        }

        var before = new Dictionary<string, string>();
        if (isFifo)
        {
            before[Topic.FifoTopicAttribute] = True;
        }

        try
        {
            return Change(before, attributes.Where(pair => pair.Key != Topic.FifoTopicAttribute).ToDictionary());
        }
        catch (AwsServiceException failure)
        {
            throw SnsErrors.InAttributes(failure);
        }
    }

    /// <summary>The attributes after a change; an empty value removes one.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>, naming what is wrong.</exception>
    public static Dictionary<string, string> Change(
        IReadOnlyDictionary<string, string> before,
        IReadOnlyDictionary<string, string> changes)
    {
        var isFifo = before.ContainsKey(Topic.FifoTopicAttribute);
        var after = new Dictionary<string, string>(before, StringComparer.Ordinal);
        foreach (var (name, given) in changes)
        {
            var value = name == Topic.ContentBasedDeduplicationAttribute ? given.ToLowerInvariant() : given;
            if (!s_names.Contains(name))
            {
                throw SnsErrors.Invalid("AttributeName", $"'{name}'; allowed are {string.Join(", ", s_names)}.");
            }

            if (value.Length == 0)
            {
                after.Remove(name);
                continue;
            }

            Validate(name, value, isFifo);
            after[name] = value;
        }

        return after;
    }

    private static void Validate(string name, string value, bool isFifo)
    {
        switch (name)
        {
            case Topic.ContentBasedDeduplicationAttribute or Topic.FifoThroughputScopeAttribute when !isFifo:
                throw SnsErrors.Invalid(name, $"{name} attribute can only be set for FIFO topics.");
            case Topic.ContentBasedDeduplicationAttribute when value is not (True or False):
                throw SnsErrors.Invalid(name, $"Invalid value [{value}]. Must be true or false.");
            case Topic.FifoThroughputScopeAttribute when value is not ("Topic" or "MessageGroup"):
                throw SnsErrors.Invalid(name, $"Invalid value [{value}]. Must be Topic or MessageGroup.");
            case Topic.PolicyAttribute:
                try
                {
                    ResourcePolicy.Validate(value);
                }
                catch (AwsServiceException malformed)
                {
                    throw SnsErrors.Invalid(name, malformed.Message);
                }

                break;
            case Topic.DeliveryPolicyAttribute:
                HttpDeliveryPolicy.ParseTopics(value);
                break;
            case Topic.DisplayNameAttribute when value.Length > MaximumDisplayNameLength:
                throw SnsErrors.Invalid(name, $"it has {value.Length} characters; allowed are {MaximumDisplayNameLength}.");
            case Topic.SignatureVersionAttribute when value is not ("1" or "2"):
                throw SnsErrors.Invalid(name, $"'{value}' is neither 1 nor 2.");
            case Topic.TracingConfigAttribute when value is not ("PassThrough" or "Active"):
                throw SnsErrors.Invalid(name, $"'{value}' is neither PassThrough nor Active.");
        }
    }
}
