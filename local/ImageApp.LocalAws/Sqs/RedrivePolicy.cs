using System.Text.Json;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Protocols;

namespace ImageApp.LocalAws.Sqs;

/// <summary>Where a queue's messages go that were received too often.</summary>
internal sealed record RedrivePolicy(string DeadLetterTargetArn, int MaxReceiveCount)
{
    /// <summary>Reads the attribute <c>RedrivePolicy</c>.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidAttributeValue</c>, naming what is wrong.</exception>
    public static RedrivePolicy Parse(string json)
    {
        JsonNode? node;
        try
        {
            node = JsonText.Parse(json);
        }
        catch (JsonException failure)
        {
            throw Invalid($"it is not JSON: {failure.Message}");
        }

        var target = (node as JsonObject)?["deadLetterTargetArn"]?.ToString();
        if (target is null || !target.StartsWith("arn:aws:sqs:", StringComparison.Ordinal))
        {
            throw Invalid("deadLetterTargetArn must be the ARN of a queue.");
        }

        return int.TryParse(node!["maxReceiveCount"]?.ToString(), out var count) && count is >= 1 and <= 1000
            ? new RedrivePolicy(target, count)
            : throw Invalid("maxReceiveCount must be a whole number from 1 to 1000.");
    }

    private static AwsServiceException Invalid(string what) =>
        new("InvalidAttributeValue", "Invalid value for the parameter RedrivePolicy. Reason: " + what);
}
