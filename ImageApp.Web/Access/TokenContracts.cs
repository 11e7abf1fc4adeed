namespace ImageApp.Web.Access;

/// <summary>What a token is to be.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Scope"><c>read</c>, <c>write</c> or <c>owner</c>.</param>
/// <param name="ExpiresInDays">1 to 365; 90 where it is not said.</param>
internal sealed record TokenRequest(string? Name, string? Scope, int? ExpiresInDays);

/// <summary>A token that was made. It is told this once.</summary>
internal sealed record TokenMadeResponse(long Id, string Token);

/// <summary>A token as it is listed.</summary>
internal sealed record TokenResponse(
    long Id, string Name, string Scope, string Person, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt);

/// <summary>Tokens, the newest first.</summary>
internal sealed record TokenListResponse(IReadOnlyList<TokenResponse> Tokens);
