namespace ImageApp.Core.Catalogue;

/// <summary>An order that an album's pictures are brought into; afterwards each can be moved by hand.</summary>
public enum AlbumArrangement
{
    /// <summary>As they were added to the album.</summary>
    Added,

    /// <summary>By when they were taken, the oldest first.</summary>
    Oldest,

    /// <summary>By when they were taken, the newest first.</summary>
    Newest,
}
