namespace ImageApp.Core.Catalogue;

/// <summary>An album to choose.</summary>
/// <param name="Id">The row's id.</param>
/// <param name="Title">What it is called.</param>
public sealed record AlbumTitle(long Id, string Title);
