namespace ImageApp.LocalAws.S3;

/// <summary>An event that is still to be published.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="TopicArn">Where to.</param>
/// <param name="Message">The notification, finished.</param>
/// <param name="Key">The object's key.</param>
/// <param name="DataFile">The content that must be the key's or have been; null for removals and tests.</param>
/// <param name="TraceParent">The trace of the request that caused it.</param>
internal sealed record PendingEvent(string Bucket, string TopicArn, string Message, string Key, string? DataFile, string? TraceParent);
