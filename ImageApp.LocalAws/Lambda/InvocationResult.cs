namespace ImageApp.LocalAws.Lambda;

/// <summary>What became of an invocation.</summary>
/// <param name="Payload">The function's response, or the error document.</param>
/// <param name="ErrorType">Null for success; else for example <c>Sandbox.Timedout</c> or the exception's type.</param>
internal sealed record InvocationResult(byte[] Payload, string? ErrorType)
{
    /// <summary>An outcome that Lambda itself reports, with its error document.</summary>
    public static InvocationResult Failed(string errorType, string message) => new(
        System.Text.Encoding.UTF8.GetBytes(new System.Text.Json.Nodes.JsonObject { ["errorType"] = errorType, ["errorMessage"] = message }.ToJsonString()), errorType);
}
