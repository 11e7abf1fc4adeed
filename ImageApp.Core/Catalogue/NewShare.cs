namespace ImageApp.Core.Catalogue;

/// <summary>A link that is to be made. Exactly one of the two ids is set.</summary>
/// <param name="TokenHash">SHA-256 of the link's random part.</param>
/// <param name="ImageId">The picture.</param>
/// <param name="AlbumId">The album.</param>
/// <param name="Lifetime">How long it is valid; null for ever.</param>
/// <param name="PasswordHash">What a password is compared with; null where none is asked for.</param>
public sealed record NewShare(byte[] TokenHash, long? ImageId, long? AlbumId, TimeSpan? Lifetime, byte[]? PasswordHash);
