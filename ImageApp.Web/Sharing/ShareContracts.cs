namespace ImageApp.Web.Sharing;

/// <summary>A link that is wanted, to exactly one of the two.</summary>
/// <param name="ImageId">The picture it leads to.</param>
/// <param name="AlbumId">The album it leads to.</param>
/// <param name="ExpiresInDays">After how many days it ends; null for never.</param>
/// <param name="Password">What who has it must know; null for nothing.</param>
internal sealed record ShareRequest(long? ImageId, long? AlbumId, int? ExpiresInDays, string? Password);

/// <summary>A link that was made. Its path is told this once: only a hash of it is kept.</summary>
internal sealed record ShareMadeResponse(long Id, string Path);

/// <summary>A link that is valid, without its path.</summary>
internal sealed record ShareResponse(
    long Id, long? ImageId, long? AlbumId, string Title, bool HasPassword, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>The links that are valid, the newest first.</summary>
internal sealed record ShareListResponse(IReadOnlyList<ShareResponse> Shares);
