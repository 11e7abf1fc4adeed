namespace ImageApp.FunctionDefaults.Events;

/// <summary>One record of an S3 event notification (Amazon S3 User Guide, "Event message structure").</summary>
/// <param name="EventName">For example <c>ObjectCreated:Put</c>.</param>
/// <param name="Bucket">The bucket's name.</param>
/// <param name="Key">The object's key, decoded.</param>
/// <param name="ETag">The object's eTag without quotes; null for removals.</param>
/// <param name="Size">The object's size in bytes; 0 for removals.</param>
/// <param name="Sequencer">Orders events of one key: compare as right-padded hexadecimal text; null where absent.</param>
/// <param name="EventTime">When S3 finished the request.</param>
public sealed record S3ObjectEvent(
    string EventName,
    string Bucket,
    string Key,
    string? ETag,
    long Size,
    string? Sequencer,
    DateTimeOffset EventTime)
{
    /// <summary>Whether an object came into being: by put, post, copy or a completed multipart upload.</summary>
    public bool IsObjectCreated => EventName.StartsWith("ObjectCreated:", StringComparison.Ordinal);
}
