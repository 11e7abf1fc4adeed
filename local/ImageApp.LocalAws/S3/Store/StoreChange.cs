using System.Text.Json.Serialization;
using ImageApp.LocalAws.Storage;

namespace ImageApp.LocalAws.S3.Store;

/// <summary>One atomic change of the store, and one record of its journal. What is null does not change.</summary>
internal sealed record StoreChange
{
    /// <summary>The change's number.</summary>
    public long Sequence { get; init; }

    /// <summary>The bucket that the object and key below belong to.</summary>
    public string? BucketName { get; init; }

    /// <summary>A bucket that is there from now on, with this configuration.</summary>
    public Bucket? Bucket { get; init; }

    /// <summary>Whether <see cref="BucketName"/> is gone.</summary>
    public bool BucketDeleted { get; init; }

    /// <summary>A version that takes the place of any other of its key and version id.</summary>
    public StoredObject? Object { get; init; }

    /// <summary>A key of which a version is gone.</summary>
    public string? DeletedKey { get; init; }

    /// <summary>The id of the version that is gone; null for the one without an id.</summary>
    public string? DeletedVersionId { get; init; }

    /// <summary>An upload that has begun.</summary>
    public MultipartUpload? Upload { get; init; }

    /// <summary>The upload that <see cref="Part"/> belongs to.</summary>
    public string? UploadId { get; init; }

    /// <summary>A part that takes the place of any other of its number.</summary>
    public UploadedPart? Part { get; init; }

    /// <summary>An upload that is completed or aborted.</summary>
    public string? EndedUploadId { get; init; }

    /// <summary>Events that the change caused.</summary>
    public IReadOnlyList<PendingEvent>? Events { get; init; }

    /// <summary>An event that was delivered, or cannot be.</summary>
    public Guid? SettledEvent { get; init; }
}

/// <summary>An event that has happened and is not yet with its topic; stored in one record with the change that caused it.</summary>
/// <param name="Id">Unique in the store.</param>
/// <param name="Bucket">The bucket's name.</param>
/// <param name="DestinationArn">Where it goes; journals of earlier versions know topics only.</param>
/// <param name="Message">The event notification message, JSON.</param>
/// <param name="TraceParent">The trace of the request that caused it.</param>
internal sealed record PendingEvent(
    Guid Id,
    string Bucket,
    [property: JsonPropertyName("TopicArn")] string DestinationArn,
    string Message,
    string? TraceParent) : IOutboxItem
{
    /// <summary>Attempts made since the start of local AWS.</summary>
    [JsonIgnore]
    public int Attempts { get; init; }

    /// <inheritdoc />
    [JsonIgnore]
    public DateTimeOffset NotBefore { get; init; }

    string IOutboxItem.Id => Id.ToString();
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoreChange))]
internal sealed partial class StoreJsonContext : JsonSerializerContext;
