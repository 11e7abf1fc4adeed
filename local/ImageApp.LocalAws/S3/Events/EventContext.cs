namespace ImageApp.LocalAws.S3.Events;

/// <summary>What an event says of the request that caused it.</summary>
/// <param name="EventName">Without <c>s3:</c>, for example <c>ObjectCreated:Put</c>.</param>
/// <param name="PrincipalId">Who made the request.</param>
/// <param name="SourceAddress">The client's IP address.</param>
/// <param name="RequestId">As answered in <c>x-amz-request-id</c>.</param>
/// <param name="HostId">As answered in <c>x-amz-id-2</c>.</param>
/// <param name="TraceParent">The request's trace, for the delivery to continue.</param>
internal sealed record EventContext(string EventName, string PrincipalId, string SourceAddress, string RequestId, string HostId, string? TraceParent);
