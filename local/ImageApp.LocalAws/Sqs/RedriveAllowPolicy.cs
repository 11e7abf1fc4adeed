using System.Text.Json;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Protocols;

namespace ImageApp.LocalAws.Sqs;

/// <summary>Which queues may have a queue as their dead-letter queue (SQS API, <c>SetQueueAttributes</c>).</summary>
/// <param name="Permission"><c>allowAll</c>, <c>denyAll</c> or <c>byQueue</c>.</param>
/// <param name="SourceQueueArns">The queues, where they are named.</param>
internal sealed record RedriveAllowPolicy(string Permission, IReadOnlyList<string> SourceQueueArns)
{
    private const string AllowAll = "allowAll";
    private const string DenyAll = "denyAll";
    private const string ByQueue = "byQueue";
    private const int MaximumSources = 10;

    /// <summary>Reads the attribute <c>RedriveAllowPolicy</c>.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidAttributeValue</c>, naming what is wrong.</exception>
    public static RedriveAllowPolicy Parse(string json)
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

        var permission = (node as JsonObject)?["redrivePermission"]?.ToString();
        if (permission is not (AllowAll or DenyAll or ByQueue))
        {
            throw Invalid($"redrivePermission is '{permission}'; allowed are {AllowAll}, {DenyAll} and {ByQueue}.");
        }

        var sources = node!["sourceQueueArns"];
        if (permission != ByQueue)
        {
            return sources is null
                ? new RedriveAllowPolicy(permission, [])
                : throw Invalid($"sourceQueueArns is allowed only where redrivePermission is {ByQueue}.");
        }

        return sources is JsonArray { Count: > 0 and <= MaximumSources } list
            && list.All(item => item?.GetValueKind() == JsonValueKind.String)
            ? new RedriveAllowPolicy(permission, [.. list.Select(item => item!.GetValue<string>())])
            : throw Invalid($"sourceQueueArns must be a list of 1 to {MaximumSources} ARNs of queues.");
    }

    public bool Allows(string sourceArn) => Permission == AllowAll || SourceQueueArns.Contains(sourceArn);

    private static AwsServiceException Invalid(string what) =>
        new("InvalidAttributeValue", $"Invalid value for the parameter {QueueAttributes.RedriveAllowPolicyName}. Reason: {what}");
}
