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
    bool CaptionShortened)
{
    public static ImageResponse From(ImageRecord image) => new(
        image.Id, image.Key, image.FileName, image.ContentType, image.SizeBytes, image.Width, image.Height, image.UploadedAt,
        image.Caption, image.CaptionModel, image.CaptionGeneratedAt, image.CaptionError, image.CaptionErrorCode,
        ThumbnailUrlOf(image), image.ThumbnailGeneratedAt, image.ThumbnailError, image.ThumbnailErrorCode,
        OriginalUrlOf(image), image.Damaged,
        image.CaptionEditedAt, image.Camera, image.TakenAt, image.DeletedAt is not null,
        image.CaptionLanguage, image.IsCaptionShortened);

    /// <summary>Where the thumbnail is served; changes with its content, so that it can be cached for ever.</summary>
    public static string? ThumbnailUrlOf(ImageRecord image) => image is { ThumbnailKey: not null, ThumbnailGeneratedAt: { } at }
        ? string.Create(CultureInfo.InvariantCulture, $"/images/{image.Id}/thumbnail?v={at.ToUnixTimeMilliseconds()}")
        : null;

    /// <summary>Where the larger rendition for dense screens is served.</summary>
    public static string? PreviewUrlOf(ImageRecord image) => image is { PreviewKey: not null, ThumbnailGeneratedAt: { } at }
        ? string.Create(CultureInfo.InvariantCulture, $"/images/{image.Id}/preview?v={at.ToUnixTimeMilliseconds()}")
        : null;

    /// <summary>Where the large rendition of an original that browsers do not show is served; null where they show it.</summary>
    public static string? ViewUrlOf(ImageRecord image) =>
        image is { ThumbnailKey: not null, ThumbnailGeneratedAt: { } at, ContentType: { } type }
        && ImageFormat.OfContentType(type) is { IsShownByBrowsers: false }
            ? string.Create(CultureInfo.InvariantCulture, $"/images/{image.Id}/view?v={at.ToUnixTimeMilliseconds()}")
            : null;

    /// <summary>What a page shows large: the original, or a rendition where browsers do not show the original's format.</summary>
    public static string LargeUrlOf(ImageRecord image) => ViewUrlOf(image) ?? OriginalUrlOf(image);

    /// <summary>Where the original is served.</summary>
    public static string OriginalUrlOf(ImageRecord image) => string.Create(CultureInfo.InvariantCulture, $"/images/{image.Id}/original");
}

/// <summary>One page of images, newest first; <paramref name="NextCursor"/> is null on the last.</summary>
internal sealed record ImagePageResponse(IReadOnlyList<ImageResponse> Images, string? NextCursor);

/// <summary>A person's caption.</summary>
internal sealed record CaptionRequest(string? Caption);
