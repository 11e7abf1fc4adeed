using System.Text.Json;
using ImageApp.Core.Catalogue;
using ImageApp.Web.Hosting;
using ImageApp.Web.Pictures;

namespace ImageApp.Web.Live;

/// <summary>A row that changed. Written out once, for however many listeners.</summary>
internal sealed class ImageChange(ImageRecord image)
{
    private readonly Lazy<string> _json = new(() => image.DeletedAt is null
        ? JsonSerializer.Serialize(ImageResponse.From(image), ApiJson.Default.ImageResponse)
        : JsonSerializer.Serialize(new DeletedImage(image.Id), ApiJson.Default.DeletedImage));

    /// <summary>The row's id.</summary>
    public long Id => image.Id;

    /// <summary>The row's version.</summary>
    public DateTimeOffset UpdatedAt => image.UpdatedAt;

    /// <summary>The cursor that resumes after it.</summary>
    public PageCursor Cursor => new(image.UpdatedAt.ToUnixTimeMilliseconds(), image.Id);

    /// <summary>What listeners are told: the image, or of a deleted one that it is.</summary>
    public string Json => _json.Value;
}
