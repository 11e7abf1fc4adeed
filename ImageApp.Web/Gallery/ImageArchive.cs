using System.IO.Compression;
using Amazon.S3;
using ImageApp.Core.Catalogue;

namespace ImageApp.Web.Gallery;

/// <summary>Originals as one zip, streamed: no more than one buffer of one file is in memory.</summary>
internal static class ImageArchive
{
    /// <summary>Writes the originals; pictures are compressed already and are stored as they are.</summary>
    public static async Task WriteAsync(Stream output, IEnumerable<ImageRecord> images, IAmazonS3 s3, string bucket, CancellationToken cancellationToken)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        await using var archive = await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        foreach (var image in images)
        {
            using var original = await s3.GetObjectAsync(bucket, image.Key, cancellationToken);
            var entry = archive.CreateEntry(Unique(image, names), CompressionLevel.NoCompression);
            entry.LastWriteTime = image.UploadedAt ?? DateTimeOffset.UtcNow;
            await using var target = await entry.OpenAsync(cancellationToken);
            await original.ResponseStream.CopyToAsync(target, cancellationToken);
        }
    }

    private static string Unique(ImageRecord image, HashSet<string> names)
    {
        var name = image.FileName.Replace('/', '_').Replace('\\', '_');
        return names.Add(name) ? name : Path.GetFileNameWithoutExtension(name) + $" ({image.Id})" + Path.GetExtension(name);
    }
}
