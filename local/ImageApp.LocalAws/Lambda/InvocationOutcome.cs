using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.Lambda;

/// <summary>What ended an invocation: the function's answer, or what Lambda found instead of one.</summary>
/// <param name="Payload">The response, or the error as JSON.</param>
/// <param name="ErrorType">Null after a success.</param>
/// <param name="NeedsRestart">Whether the execution environment is not fit for another invocation.</param>
internal sealed record InvocationOutcome(byte[] Payload, string? ErrorType, bool NeedsRestart = false)
{
    /// <summary>The error document that Lambda makes where the function gave none.</summary>
    public static InvocationOutcome Failed(string errorType, string errorMessage, bool needsRestart) =>
        new(System.Text.Encoding.UTF8.GetBytes(new JsonObject { ["errorType"] = errorType, ["errorMessage"] = errorMessage }.ToJsonString()), errorType, needsRestart);
}
