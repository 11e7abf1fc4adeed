using ImageApp.Core.Catalogue;
using ImageApp.Core.Formats;
using ImageApp.Core.Storage;
using ImageApp.Web.Content;
using ImageApp.Web.Sharing.Stripping;

namespace ImageApp.Web.Sharing;

/// <summary>What is given away of originals: the same picture without what its file says of place, time, camera and owner.</summary>
internal sealed class SharedOriginals(ImageBucket bucket, ILogger<SharedOriginals> logger)
{
    /// <summary>
    /// Opens an original without its metadata; of one that cannot be stripped without loss the largest rendition, which was made without
    /// any. Null where neither is there.
    /// </summary>
    public async Task<ArchivedFile?> OpenAsync(ImageRecord image, CancellationToken cancellationToken) =>
        await StripAsync(image, cancellationToken) is { } stripped
            ? new ArchivedFile(image.FileName, stripped.Length, stripped, stripped)
            : await OpenRenditionAsync(image, cancellationToken);

    /// <summary>Where a rendition is stored; null where there is none.</summary>
    public static string? KeyOf(ImageRecord image, GalleryRendition rendition) =>
        rendition == GalleryRendition.Thumbnail || image.ThumbnailKey is null ? image.ThumbnailKey
        : rendition == GalleryRendition.Preview && image.PreviewKey is { } preview ? preview
        : rendition.KeyBeside(image.ThumbnailKey);

    private async Task<ArchivedFile?> OpenRenditionAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        var rendition = image.RenditionSides.Select(GalleryRendition.OfSide).OfType<GalleryRendition>().LastOrDefault()
            ?? GalleryRendition.Thumbnail;
        return KeyOf(image, rendition) is { } key && await bucket.OpenAsync(key, ifNoneMatch: null, cancellationToken) is { } found
            ? new ArchivedFile(
                Path.ChangeExtension(image.FileName, rendition.Format.Extension), found.Length, found.Content, found)
            : null;
    }

    // Both ends are files, so that what is in memory is a buffer, however large the original is.
    private async Task<FileStream?> StripAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        if (OriginalStripping.Find(ImageFormat.OfContentType(image.ContentType)) is not { } strip)
        {
            return null;
        }

        using var original = await bucket.OpenAsync(image.Key, ifNoneMatch: null, cancellationToken);
        if (original is null)
        {
            return null;
        }

        await using var source = SpoolFile.Create();
        await original.Content.CopyToAsync(source, cancellationToken);
        source.Position = 0;
        var target = SpoolFile.Create();
        try
        {
            strip(source, target);
            await target.FlushAsync(cancellationToken);
            target.Position = 0;
            return target;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            SharingLog.LogNotStripped(logger, e, image.Id);
            await target.DisposeAsync();
            return null;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }
}
