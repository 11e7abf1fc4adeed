namespace ImageApp.Web.Live;

/// <summary>All that is told of an image that is deleted.</summary>
internal sealed record DeletedImage(long Id)
{
    /// <summary>Always true.</summary>
    public bool Deleted { get; } = true;
}
