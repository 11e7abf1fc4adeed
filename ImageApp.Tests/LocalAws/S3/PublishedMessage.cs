using ImageApp.LocalAws;

namespace ImageApp.Tests.LocalAws.S3;

/// <summary>What was published to a topic.</summary>
public sealed record PublishedMessage(ServiceCall Caller, string TopicArn, string? Subject, string Message, string? TraceParent);
