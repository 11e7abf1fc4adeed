using System.Text.Json.Serialization;
using ImageApp.LocalAws.Storage;

namespace ImageApp.LocalAws.S3.Store;

/// <summary>An event that has happened and is not yet with its topic; stored in one record with the change that caused it.</summary>
/// <param name="Id">Unique in the store.</param>
/// <param name="Bucket">The bucket's name.</param>
/// <param name="TopicArn">Where it goes.</param>
/// <param name="Message">The event notification message, JSON.</param>
/// <param name="TraceParent">The trace of the request that caused it.</param>
internal sealed record PendingEvent(Guid Id, string Bucket, string TopicArn, string Message, string? TraceParent) : IOutboxItem
{
    /// <summary>Attempts made since the start of local AWS.</summary>
    [JsonIgnore]
    public int Attempts { get; init; }

    /// <inheritdoc />
    [JsonIgnore]
    public DateTimeOffset NotBefore { get; init; }

    string IOutboxItem.Id => Id.ToString();
}
