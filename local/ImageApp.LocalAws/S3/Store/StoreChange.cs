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

    /// <summary>An object that takes the place of any other of its key.</summary>
    public StoredObject? Object { get; init; }

    /// <summary>A key whose object is gone.</summary>
    public string? DeletedKey { get; init; }

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
