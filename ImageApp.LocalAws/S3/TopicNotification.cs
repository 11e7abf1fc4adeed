namespace ImageApp.LocalAws.S3;

/// <summary>One topic configuration of a bucket's notifications.</summary>
/// <param name="Id">The configuration's id, in every event.</param>
/// <param name="TopicArn">Where events go.</param>
/// <param name="Events">For example <c>s3:ObjectCreated:*</c>.</param>
/// <param name="Prefix">What keys must start with; empty for any.</param>
/// <param name="Suffix">What keys must end with; empty for any.</param>
internal sealed record TopicNotification(string Id, string TopicArn, IReadOnlyList<string> Events, string Prefix, string Suffix)
{
    /// <summary>Whether an event, for example <c>ObjectCreated:Put</c>, of a key is wanted.</summary>
    public bool Wants(string eventName, string key) =>
        key.StartsWith(Prefix, StringComparison.Ordinal) && key.EndsWith(Suffix, StringComparison.Ordinal)
        && Events.Any(wanted => Policies.Wildcard.Matches(wanted, "s3:" + eventName));
}
