using ImageApp.Core.Catalogue;

namespace ImageApp.Web.Live;

/// <summary>A row that changed, and the cursor that resumes after it.</summary>
internal readonly record struct ImageChange(ImageRecord Image)
{
    public PageCursor Cursor => new(Image.UpdatedAt.ToUnixTimeMilliseconds(), Image.Id);
}
