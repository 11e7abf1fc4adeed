namespace ImageApp.Core.Catalogue;

/// <summary>The images before and after one in the gallery's order.</summary>
/// <param name="Newer">The id of the next newer one; null for the newest.</param>
/// <param name="Older">The id of the next older one; null for the oldest.</param>
public sealed record ImageNeighbours(long? Newer, long? Older);
