namespace ImageApp.Tests.LocalAws.Sns;

/// <summary>What a function gets from the Runtime API.</summary>
internal sealed record RuntimeInvocation(string RequestId, string Payload, long DeadlineMilliseconds, string FunctionArn, string TraceId);
