using System.Globalization;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Formats;

namespace ImageApp.Web.Pictures;

/// <summary>An image as the API shows it. Fields that are not there yet are null.</summary>
internal sealed record ImageResponse(
    long Id,
    string Key,
    string FileName,
    string? ContentType,
    long? SizeBytes,
    int? Width,
    int? Height,
    DateTimeOffset? UploadedAt,
    string? Caption,
    string? CaptionModel,
    DateTimeOffset? CaptionGeneratedAt,
    string? CaptionError,
    string? CaptionErrorCode,
    string? ThumbnailUrl,
    DateTimeOffset? ThumbnailGeneratedAt,
    string? ThumbnailError,
    string? ThumbnailErrorCode,
    string OriginalUrl,
    bool Damaged,
    DateTimeOffset? CaptionEditedAt,
    string? Camera,
    DateTime? TakenAt,
    bool Deleted,
    string? CaptionLanguage,
    bool CaptionShortened,
    string CaptionTag,
    DateTimeOffset? KeptUntil,
    DateTime? ShownAt,
    string? Lens,
    double? ExposureTime,
    double? FNumber,
    int? Iso,
    double? FocalLength,
    bool Animated,
    bool HasAlpha,
    bool Favourite,
    string? SrcSet,
    bool RenditionsPending)
{
    public static ImageResponse From(ImageRecord image) => new(
        image.Id, image.Key, image.FileName, image.ContentType, image.SizeBytes, image.Width, image.Height, image.UploadedAt,
        image.Caption, image.CaptionModel, image.CaptionGeneratedAt, image.CaptionError, image.CaptionErrorCode,
        ThumbnailUrlOf(image), image.ThumbnailGeneratedAt, image.ThumbnailError, image.ThumbnailErrorCode,
        OriginalUrlOf(image), image.Damaged,
        image.CaptionEditedAt, image.Camera, image.TakenAt, image.DeletedAt is not null,
        image.CaptionLanguage, image.IsCaptionShortened, image.CaptionTag, image.DeletedAt, image.ShownAt,
        image.Lens, image.ExposureTime, image.FNumber, image.Iso, image.FocalLength,
        image.IsAnimated, image.HasAlpha, image.IsFavourite, SrcSetOf(image),
        image.AreRenditionsPending);

    /// <summary>Where the thumbnail is served; changes with its content, so that it can be cached for ever.</summary>
    public static string? ThumbnailUrlOf(ImageRecord image) => image is { ThumbnailKey: not null, ThumbnailGeneratedAt: not null }
        ? string.Create(CultureInfo.InvariantCulture, $"{Folder(image)}/{image.Id}/thumbnail?v={VersionOf(image)}")
        : null;

    /// <summary>
    /// Thumbnail and renditions with their widths, as the attribute <c>srcset</c> has them; null without a thumbnail. The thumbnail is on
    /// white, so it is not among those of a transparent picture.
    /// </summary>
    public static string? SrcSetOf(ImageRecord image)
    {
        if (ThumbnailUrlOf(image) is not { } thumbnail || image is not { Width: { } width, Height: { } height })
        {
            return null;
        }

        var small = GalleryRendition.Thumbnail.Fit(width, height).Width;
        string[] first = image.HasAlpha && image.RenditionSides.Count > 0
            ? []
            : [string.Create(CultureInfo.InvariantCulture, $"{thumbnail} {small}w")];
        return string.Join(", ", first.Concat(image.RenditionSides.Select(GalleryRendition.OfSide).OfType<GalleryRendition>().Select(
            rendition => string.Create(
                CultureInfo.InvariantCulture, $"{RenditionUrlOf(image, rendition.Side)} {rendition.Fit(width, height).Width}w"))));
    }

    /// <summary>
    /// What a page shows large: the largest rendition; where that is much smaller than the original, or does not move as it does, the
    /// original if browsers show it. The thumbnail, where nothing else that browsers show is there yet.
    /// </summary>
    public static string LargeUrlOf(ImageRecord image)
    {
        var isShown = ImageFormat.OfContentType(image.ContentType) is { IsShownByBrowsers: true };
        var longer = Math.Max(image.Width ?? 0, image.Height ?? 0);
        var side = image.RenditionSides.Count == 0 ? 0 : image.RenditionSides[^1];
        return side > GalleryRendition.Preview.Side && !(image.IsAnimated && isShown) ? RenditionUrlOf(image, side)
            : isShown ? OriginalUrlOf(image)
            : side >= longer && side > 0 ? RenditionUrlOf(image, side)
            : image.AreRenditionsPending ? ThumbnailUrlOf(image) ?? OriginalUrlOf(image)
            : ViewUrlOf(image) ?? OriginalUrlOf(image);
    }

    /// <summary>What a page shows enlarged: the original where browsers show it, else <see cref="LargeUrlOf"/>.</summary>
    public static string ZoomUrlOf(ImageRecord image) =>
        ImageFormat.OfContentType(image.ContentType) is { IsShownByBrowsers: true } ? OriginalUrlOf(image) : LargeUrlOf(image);

    /// <summary>Where the original is served.</summary>
    public static string OriginalUrlOf(ImageRecord image) => string.Create(CultureInfo.InvariantCulture, $"/images/{image.Id}/original");

    /// <summary>The version that the addresses of what was made of the original carry; another one is no longer served.</summary>
    public static string VersionOf(ImageRecord image) =>
        (image.ThumbnailGeneratedAt?.ToUnixTimeMilliseconds() ?? 0).ToString(CultureInfo.InvariantCulture);

    // Where the gallery shows a picture it is gone as soon as it is deleted; the trash has addresses of its own.
    private static string Folder(ImageRecord image) => image.DeletedAt is null ? "/images" : "/trash";

    private static string RenditionUrlOf(ImageRecord image, int side) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Folder(image)}/{image.Id}/rendition/{side}?v={VersionOf(image)}");

    // What an older version made of an original that browsers do not show; it has no smaller ones but the preview.
    private static string? ViewUrlOf(ImageRecord image) => image is { ThumbnailKey: not null, ThumbnailGeneratedAt: not null }
        ? string.Create(CultureInfo.InvariantCulture, $"/images/{image.Id}/view?v={VersionOf(image)}")
        : null;
}

/// <summary>One page of images, newest first; <paramref name="NextCursor"/> is null on the last.</summary>
internal sealed record ImagePageResponse(IReadOnlyList<ImageResponse> Images, string? NextCursor);

/// <summary>A person's caption.</summary>
internal sealed record CaptionRequest(string? Caption);
