namespace ImageApp.LocalAws.Lambda;

/// <summary>How one invocation ended.</summary>
/// <param name="RequestId">The invocation's id.</param>
/// <param name="Payload">The function's response, or the error as JSON with <c>errorMessage</c> and <c>errorType</c>.</param>
/// <param name="ErrorType">For example <c>Sandbox.Timedout</c>; null after a success.</param>
/// <param name="LogTail">The lines that Lambda itself writes: START, END, REPORT.</param>
internal sealed record InvocationResult(string RequestId, byte[] Payload, string? ErrorType, string LogTail)
{
    public bool Succeeded => ErrorType is null;
}
