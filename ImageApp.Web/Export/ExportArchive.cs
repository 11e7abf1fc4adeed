using System.IO.Compression;
using System.Text.Json;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Formats;
using ImageApp.Core.Storage;
using ImageApp.Web.Content;

namespace ImageApp.Web.Export;

/// <summary>
/// The whole gallery as one zip, streamed: originals, a sidecar beside each of which something is known, and <see cref="Manifest"/> with
/// everything. Links that were shared, what is in the trash and who may come in are no pictures and stay.
/// </summary>
internal sealed class ExportArchive(GalleryCatalogue gallery, AlbumCatalogue albums, ImageBucket bucket, TimeProvider time)
{
    /// <summary>The entry that has everything that is known.</summary>
    public const string Manifest = "gallery.json";

    /// <summary>The version of <see cref="Manifest"/>'s form.</summary>
    public const int Version = 1;

    private const string Folder = "pictures/";
    private const int PageSize = 200;
    private const string UnknownModel = "unknown";

    /// <summary>Writes it: no more than one page of rows and one buffer of one file is in memory, and the pictures' names.</summary>
    /// <exception cref="BucketUnavailableException">The bucket is away; what was written is cut short.</exception>
    /// <exception cref="MySqlConnector.MySqlException">The database is away; what was written is cut short.</exception>
    public async Task WriteAsync(Stream output, CancellationToken cancellationToken)
    {
        var contents = await ListAlbumsAsync(cancellationToken);
        var titles = contents.SelectMany(album => album.Images.Select(id => (Id: id, album.Album.Title)))
            .ToLookup(item => item.Id, item => item.Title);
        await using var spool = SpoolFile.Create();
        await using var json = new Utf8JsonWriter(spool, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteString("exportedAt", time.GetUtcNow());
        json.WriteStartArray("pictures");
        await using var archive = await ZipArchive.CreateAsync(
            output, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        var names = new ArchiveNames();
        var files = new Dictionary<long, string>();

        // The oldest first: what is added meanwhile comes at the end.
        var query = new ImageQuery(PageSize) { Order = ImageOrder.Added, OldestFirst = true };
        ImagePage page;
        do
        {
            page = await gallery.ListAsync(query, cancellationToken);
            foreach (var image in page.Images)
            {
                var file = await WriteAsync(archive, image, names, titles[image.Id], cancellationToken);
                if (file is not null)
                {
                    files[image.Id] = file;
                }

                JsonSerializer.Serialize(json, Describe(image, file), ExportJson.Default.ExportedPicture);
            }

            await json.FlushAsync(cancellationToken);
            query = query with { Cursor = page.NextCursor };
        }
        while (page.NextCursor is not null);
        json.WriteEndArray();
        json.WriteStartArray("albums");
        foreach (var (album, images) in contents)
        {
            var exported = new ExportedAlbum(
                album.Title,
                album.CreatedAt,
                album.CoverId is { } cover ? files.GetValueOrDefault(cover) : null,
                [.. images.Select(id => files.GetValueOrDefault(id)).OfType<string>()]);
            JsonSerializer.Serialize(json, exported, ExportJson.Default.ExportedAlbum);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
        spool.Position = 0;
        await using var target = await archive.CreateEntry(Manifest).OpenAsync(cancellationToken);
        await spool.CopyToAsync(target, cancellationToken);
    }

    private async Task<List<(Album Album, List<long> Images)>> ListAlbumsAsync(CancellationToken cancellationToken)
    {
        var contents = new List<(Album, List<long>)>();
        foreach (var album in await albums.ListAsync(cancellationToken))
        {
            var ids = new List<long>();
            var query = new ImageQuery(PageSize) { AlbumId = album.Id, Order = ImageOrder.Album };
            ImagePage page;
            do
            {
                page = await gallery.ListAsync(query, cancellationToken);
                ids.AddRange(page.Images.Select(image => image.Id));
                query = query with { Cursor = page.NextCursor };
            }
            while (page.NextCursor is not null);
            contents.Add((album, ids));
        }

        return contents;
    }

    // Null where the original is gone.
    private async Task<string?> WriteAsync(
        ZipArchive archive, ImageRecord image, ArchiveNames names, IEnumerable<string> titles, CancellationToken cancellationToken)
    {
        using var original = await bucket.OpenAsync(image.Key, ifNoneMatch: null, cancellationToken);
        if (original is null)
        {
            return null;
        }

        var file = Folder + names.Of(NameOf(image));
        var entry = archive.CreateEntry(file, CompressionLevel.NoCompression);
        entry.LastWriteTime = image.UploadedAt ?? image.UpdatedAt;
        await using (var target = await entry.OpenAsync(cancellationToken))
        {
            await original.Content.CopyToAsync(target, cancellationToken);
        }

        var sidecar = new XmpSidecar(image.Caption, image.CaptionLanguage, image.IsFavourite, [.. titles]);
        if (!sidecar.IsEmpty)
        {
            await using var target = await archive.CreateEntry(file + XmpSidecar.Extension).OpenAsync(cancellationToken);
            await target.WriteAsync(sidecar.ToBytes(), cancellationToken);
        }

        return file;
    }

    // A picture that is called like a sidecar would be taken for one.
    private static string NameOf(ImageRecord image) => image.FileName.EndsWith(XmpSidecar.Extension, StringComparison.OrdinalIgnoreCase)
        ? $"{image.FileName}.{ImageFormat.OfContentType(image.ContentType)?.Extension ?? "bin"}"
        : image.FileName;

    private static ExportedPicture Describe(ImageRecord image, string? file) => new()
    {
        File = file,
        FileName = image.FileName,
        ContentType = image.ContentType,
        Sha256 = image.ContentHash is { } hash ? Convert.ToHexStringLower(hash) : null,
        AddedAt = image.UploadedAt,
        TakenAt = image.TakenAt,
        Width = image.Width,
        Height = image.Height,
        Caption = image.Caption,
        CaptionModel = image.Caption is null || image.CaptionEditedAt is not null ? null : image.CaptionModel ?? UnknownModel,
        CaptionLanguage = image.CaptionLanguage,
        CaptionAt = image.CaptionEditedAt ?? image.CaptionGeneratedAt,
        Favourite = image.IsFavourite,
        Camera = image.Camera,
        Lens = image.Lens,
        ExposureTime = image.ExposureTime,
        FNumber = image.FNumber,
        Iso = image.Iso,
        FocalLength = image.FocalLength,
        Latitude = image.Latitude,
        Longitude = image.Longitude,
    };
}
