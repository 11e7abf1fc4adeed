using System.IO.Compression;
using System.Text;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;

namespace ImageApp.Web.Content;

/// <summary>Originals as one zip, streamed: no more than one buffer of one file is in memory.</summary>
internal static class ImageArchive
{
    private const string MissingEntry = "missing.txt";

    /// <summary>
    /// Writes the originals; pictures are compressed already and are stored as they are. Those that the bucket no longer holds are named
    /// in an entry of their own.
    /// </summary>
    public static async Task WriteAsync(
        Stream output, IEnumerable<ImageRecord> images, ImageBucket bucket, CancellationToken cancellationToken)
    {
        var names = new ArchiveNames(MissingEntry);
        var missing = new List<string>();
        await using var archive = await ZipArchive.CreateAsync(
            output, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        foreach (var image in images)
        {
            using var original = await bucket.OpenAsync(image.Key, ifNoneMatch: null, cancellationToken);
            if (original is null)
            {
                missing.Add(image.FileName);
                continue;
            }

            var entry = archive.CreateEntry(names.Of(image.FileName), CompressionLevel.NoCompression);
            entry.LastWriteTime = image.UploadedAt ?? image.UpdatedAt;
            await using var target = await entry.OpenAsync(cancellationToken);
            await original.Content.CopyToAsync(target, cancellationToken);
        }

        if (missing.Count > 0)
        {
            await using var target = await archive.CreateEntry(MissingEntry).OpenAsync(cancellationToken);
            var text = $"The originals of these pictures are no longer there:\n{string.Join('\n', missing)}\n";
            await target.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        }
    }
}
