namespace ImageApp.Core.Catalogue;

/// <summary>A row as it was between two changes.</summary>
/// <param name="Id">The row's id.</param>
/// <param name="UpdatedAt">When anything in it last changed, in milliseconds since 1970-01-01.</param>
/// <param name="ShownAt">Where it stands, which upkeep may correct without saying that the row has changed.</param>
public readonly record struct RowVersion(long Id, long UpdatedAt, DateTime? ShownAt);
