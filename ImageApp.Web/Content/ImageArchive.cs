using System.IO.Compression;
using System.Text;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;

namespace ImageApp.Web.Content;

/// <summary>Pictures as one zip, streamed: no more than one buffer of one file is in memory.</summary>
internal static class ImageArchive
{
    private const string MissingEntry = "missing.txt";

    /// <summary>Writes the originals.</summary>
    public static Task WriteAsync(
        Stream output, IEnumerable<ImageRecord> images, ImageBucket bucket, CancellationToken cancellationToken) =>
        WriteAsync(
            output,
            images.ToAsyncEnumerable(),
            async (image, cancel) => await bucket.OpenAsync(image.Key, ifNoneMatch: null, cancel) is { } original
                ? new ArchivedFile(image.FileName, original.Length, original.Content, original)
                : null,
            cancellationToken);

    /// <summary>
    /// Writes a file of each image; pictures are compressed already and are stored as they are. Those that are not there are named in an
    /// entry of their own.
    /// </summary>
    /// <param name="output">Where the zip goes.</param>
    /// <param name="images">Whose files they are.</param>
    /// <param name="open">Opens an image's file; null where it is not there.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task WriteAsync(
        Stream output,
        IAsyncEnumerable<ImageRecord> images,
        Func<ImageRecord, CancellationToken, Task<ArchivedFile?>> open,
        CancellationToken cancellationToken)
    {
        var names = new ArchiveNames(MissingEntry);
        var missing = new List<string>();
        await using var archive = await ZipArchive.CreateAsync(
            output, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        await foreach (var image in images.WithCancellation(cancellationToken))
        {
            using var file = await open(image, cancellationToken);
            if (file is null)
            {
                missing.Add(image.FileName);
                continue;
            }

            var entry = archive.CreateEntry(names.Of(file.Name), CompressionLevel.NoCompression);
            entry.LastWriteTime = image.UploadedAt ?? image.UpdatedAt;
            await using var target = await entry.OpenAsync(cancellationToken);
            await file.Content.CopyToAsync(target, cancellationToken);
        }

        if (missing.Count > 0)
        {
            await using var target = await archive.CreateEntry(MissingEntry).OpenAsync(cancellationToken);
            var text = $"The originals of these pictures are no longer there:\n{string.Join('\n', missing)}\n";
            await target.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        }
    }
}
