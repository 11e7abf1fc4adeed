namespace ImageApp.Core.Catalogue;

/// <summary>A link to one picture or one album: a row of table <c>shares</c>. Exactly one of the two ids is set.</summary>
public sealed record Share
{
    /// <summary>The row's id.</summary>
    public required long Id { get; init; }

    /// <summary>The picture; null where it leads to an album.</summary>
    public long? ImageId { get; init; }

    /// <summary>The album; null where it leads to a picture.</summary>
    public long? AlbumId { get; init; }

    /// <summary>What the password is compared with; null where none is asked for.</summary>
    public byte[]? PasswordHash { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends by itself; null where it does not.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When a person ended it; null where none did.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>The album's title, or the picture's file name.</summary>
    public required string Title { get; init; }
}
