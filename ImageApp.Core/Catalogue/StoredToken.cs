namespace ImageApp.Core.Catalogue;

/// <summary>A token of a person's for their scripts.</summary>
public sealed record StoredToken
{
    /// <summary>The row's id.</summary>
    public required long Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required long PersonId { get; init; }

    /// <summary>The person's name.</summary>
    public required string PersonName { get; init; }

    /// <summary>The person's role now; null for none.</summary>
    public string? PersonRole { get; init; }

    /// <summary>What its maker called it.</summary>
    public required string Name { get; init; }

    /// <summary>What it was made for: <c>read</c>, <c>write</c> or <c>owner</c>.</summary>
    public required string Scope { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends by itself.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was last used, to the minute; null for never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
}
