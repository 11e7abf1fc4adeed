using System.Text.Json.Nodes;
using ImageApp.AppHost.Hosting.Aws.Accounts;

namespace ImageApp.AppHost.Hosting.Aws;

/// <summary>What a dead-letter queue holds, turned back into what the function was to handle.</summary>
internal static class FailedEvent
{
    /// <summary>
    /// The event: of an on-failure destination's record its <c>requestPayload</c> (Lambda Developer Guide, "Invocation record"), of a
    /// subscription's dead letter the SNS event that its notification becomes, else the message as it is (Lambda's own dead-letter queue).
    /// </summary>
    /// <exception cref="FormatException">The message is not JSON.</exception>
    public static string PayloadOf(string body)
    {
        try
        {
            return JsonNode.Parse(body) switch
            {
                JsonObject record when record["requestPayload"] is { } payload => payload.ToJsonString(),
                JsonObject notification when (string?)notification["Type"] == "Notification" => SnsLambdaEvent.FromQueue(body),
                _ => body,
            };
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new FormatException("The message is not JSON, so it is no event of this application.", e);
        }
    }
}
