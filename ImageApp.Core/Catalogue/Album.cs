namespace ImageApp.Core.Catalogue;

/// <summary>An album as the catalogue knows it: a row of table <c>albums</c>.</summary>
/// <param name="Id">The row's id.</param>
/// <param name="Title">What it is called.</param>
/// <param name="CoverId">The picture on its cover: the chosen one, else its first; null while it is empty.</param>
/// <param name="Count">How many pictures are in it that are shown.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it last changed.</param>
public sealed record Album(long Id, string Title, long? CoverId, int Count, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);
