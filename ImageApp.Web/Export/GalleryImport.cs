using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Xml;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Web.Pictures;
using ImageApp.Web.Uploads;

namespace ImageApp.Web.Export;

/// <summary>
/// Brings in what an export has, or any zip of pictures with or without sidecars. Every file is looked at as an upload is; nothing is
/// unpacked to a path. What is here already is not doubled, so an import that was cut off is simply done again.
/// </summary>
internal sealed partial class GalleryImport(
    GalleryCatalogue gallery,
    AlbumCatalogue albums,
    ImportCatalogue catalogue,
    ImageUploader uploader,
    ImageLimits limits,
    ImportOptions options,
    ILogger<GalleryImport> logger)
{
    private const int MaxProblems = 100;
    private const int MaxModel = 100;
    private const int MaxLanguage = 35;
    private const long MaxManifest = 256 * 1024 * 1024;
    private const long MaxSidecar = 4 * 1024 * 1024;
    private const string StorageAway = "storage-unavailable";

    // What macOS puts beside every file.
    private static readonly string[] Foreign = ["__MACOSX/", "._", ".DS_Store", "Thumbs.db"];

    /// <summary>Brings it in.</summary>
    /// <param name="zip">The archive; can be read at any place.</param>
    /// <param name="cancellationToken">Ends the import; what came in so far stays.</param>
    /// <exception cref="MySqlConnector.MySqlException">The database is away; what came in so far stays.</exception>
    public async Task<ImportOutcome> ImportAsync(Stream zip, CancellationToken cancellationToken)
    {
        try
        {
            if (await ZipDirectory.SizeAsync(zip, cancellationToken) > ZipDirectory.MaxBytes)
            {
                return new(null, ImportProblems.TooMany());
            }

            zip.Position = 0;
            await using var archive = await ZipArchive.CreateAsync(
                zip, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, cancellationToken);
            var entries = new Dictionary<string, ZipArchiveEntry>(StringComparer.Ordinal);
            var unpacked = 0L;
            foreach (var entry in archive.Entries)
            {
                unpacked = entry.Length < 0 || entry.Length > options.MaxUnpackedBytes - unpacked ? long.MaxValue : unpacked + entry.Length;
                if (unpacked > options.MaxUnpackedBytes)
                {
                    return new(null, ImportProblems.TooLarge(options));
                }

                if (!IsForeign(entry.FullName))
                {
                    entries.TryAdd(entry.FullName, entry);
                }
            }

            return new(await ImportAsync(entries, cancellationToken), null);
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or EndOfStreamException)
        {
            return new(null, ImportProblems.NotAnArchive(e.Message));
        }
    }

    private async Task<ImportResponse> ImportAsync(Dictionary<string, ZipArchiveEntry> entries, CancellationToken cancellationToken)
    {
        var manifest = entries.Remove(ExportArchive.Manifest, out var listed) ? await ReadManifestAsync(listed, cancellationToken) : null;
        var known = new Dictionary<string, ExportedPicture>(StringComparer.Ordinal);
        foreach (var picture in manifest?.Pictures ?? [])
        {
            if (picture.File is { } file)
            {
                known.TryAdd(file, picture);
            }
        }

        var run = new Run();
        foreach (var (name, entry) in entries)
        {
            if (name.EndsWith(XmpSidecar.Extension, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            try
            {
                await ImportAsync(entry, known.GetValueOrDefault(name), SidecarOf(name, entries), run, cancellationToken);
            }
            catch (Exception e) when (e is InvalidDataException or NotSupportedException or EndOfStreamException)
            {
                run.Refuse($"'{PlainText.FileName(name)}' could not be read from the archive: {e.Message}");
            }

            if (run.IsStopped)
            {
                break;
            }
        }

        var exported = manifest?.Albums is { Count: > 0 } listedAlbums
            ? listedAlbums
            : [.. run.Albums.Select(album => new ExportedAlbum(album.Key, null, null, album.Value))];
        var made = await ImportAlbumsAsync(exported, run, cancellationToken);
        LogImported(logger, run.Imported, run.AlreadyHere, run.Refused);
        return new ImportResponse(run.Imported, run.AlreadyHere, run.Completed, made, run.Refused, run.Problems);
    }

    private async Task ImportAsync(
        ZipArchiveEntry entry, ExportedPicture? picture, ZipArchiveEntry? sidecar, Run run, CancellationToken cancellationToken)
    {
        // Told by its size alone, and not read.
        var hash = entry.Length <= limits.MaxBytes ? await HashAsync(entry, cancellationToken) : [];
        var details = await DetailsAsync(entry.FullName, hash, picture, sidecar, run, cancellationToken);
        if (hash.Length > 0 && await gallery.FindByHashAsync(hash, cancellationToken) is { } here)
        {
            run.AlreadyHere++;
            run.Ids[entry.FullName] = here.Id;
            run.Completed += await CompleteAsync(here, details, cancellationToken) ? 1 : 0;
            return;
        }

        await using var content = await entry.OpenAsync(cancellationToken);
        var outcome = await uploader.UploadAsync(
            picture?.FileName ?? entry.FullName,
            content,
            unique: false,
            (id, cancelled) => catalogue.PrepareAsync(id, details, cancelled),
            cancellationToken);
        if (outcome.Image is { } image)
        {
            await catalogue.KeepAddedTimeAsync(image.Id, details.AddedAt, cancellationToken);
            run.Imported++;
            run.Ids[entry.FullName] = image.Id;
        }
        else
        {
            run.Refuse(outcome.Problem!.Detail);
            run.IsStopped = outcome.Problem.Name == StorageAway;
        }
    }

    // A person's words and star are not lost because the picture was here first; and those that are here stay.
    private async Task<bool> CompleteAsync(ImageRecord here, ImportedDetails details, CancellationToken cancellationToken)
    {
        var isCompleted = false;
        if (details is { Caption: { } caption, CaptionModel: null } && here.CaptionEditedAt is null)
        {
            var edit = await gallery.EditCaptionAsync(here.Id, caption, here.CaptionTag, cancellationToken);
            isCompleted = edit.Outcome == CaptionEditOutcome.Done;
        }

        if (details.IsFavourite && !here.IsFavourite)
        {
            isCompleted |= await gallery.SetFavouriteAsync([here.Id], isFavourite: true, cancellationToken) > 0;
        }

        return isCompleted;
    }

    private static async Task<ImportedDetails> DetailsAsync(
        string name, byte[] hash, ExportedPicture? picture, ZipArchiveEntry? sidecar, Run run, CancellationToken cancellationToken)
    {
        var written = sidecar is null ? null : await ReadSidecarAsync(sidecar, run, cancellationToken);
        foreach (var album in written?.Albums ?? [])
        {
            run.Place(album, name);
        }

        // A sidecar that says something else was changed after the export, by somebody with a program for it.
        var (told, described) = (Text(picture?.Caption), Text(written?.Description));
        var isChanged = described is not null && described != told;
        return new ImportedDetails(hash)
        {
            Caption = isChanged ? described : told,
            CaptionModel = isChanged ? null : Short(picture?.CaptionModel, MaxModel),
            CaptionLanguage = Short(isChanged ? written!.Language : picture?.CaptionLanguage, MaxLanguage),
            CaptionAt = isChanged ? null : picture?.CaptionAt,
            IsFavourite = written?.IsFavourite == true || picture?.Favourite == true,
            AddedAt = picture?.AddedAt,
        };

        static string? Text(string? text) => PlainText.Paragraph(text) is { Length: > 0 } paragraph
            ? PlainText.Shorten(paragraph, PersonsCaption.MaxLength)
            : null;

        static string? Short(string? text, int length) =>
            PlainText.Paragraph(text) is { Length: > 0 } word && word.Length <= length ? word : null;
    }

    private static async Task<XmpSidecar?> ReadSidecarAsync(ZipArchiveEntry sidecar, Run run, CancellationToken cancellationToken)
    {
        if (sidecar.Length > MaxSidecar)
        {
            run.Note($"'{PlainText.FileName(sidecar.FullName)}' was not read: it is longer than a sidecar is.");
            return null;
        }

        try
        {
            await using var content = await sidecar.OpenAsync(cancellationToken);
            return await XmpSidecar.ReadAsync(content, cancellationToken);
        }
        catch (XmlException e)
        {
            run.Note($"'{PlainText.FileName(sidecar.FullName)}' was not read: {e.Message}");
            return null;
        }
    }

    private async Task<int> ImportAlbumsAsync(IReadOnlyList<ExportedAlbum> exported, Run run, CancellationToken cancellationToken)
    {
        var here = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var album in await albums.ListAsync(cancellationToken))
        {
            here[album.Title] = album.Id;
        }

        // The last in the list was changed first.
        var made = 0;
        foreach (var album in exported.Reverse())
        {
            var title = PlainText.Shorten(PlainText.Paragraph(album.Title), AlbumCatalogue.MaxTitle);
            var ids = (album.Pictures ?? []).Select(file => run.Ids.GetValueOrDefault(file)).Where(id => id > 0).ToList();
            if (title.Length == 0 || (ids.Count == 0 && album.Pictures is { Count: > 0 }))
            {
                continue;
            }

            var isNew = !here.TryGetValue(title, out var albumId);
            if (isNew)
            {
                here[title] = albumId = await albums.CreateAsync(title, cancellationToken);
                made++;
            }

            // One at a time: together they would come in the order of their times.
            foreach (var id in ids)
            {
                await albums.AddAsync(albumId, [id], cancellationToken);
            }

            if (isNew && album.Cover is { } cover && run.Ids.TryGetValue(cover, out var coverId))
            {
                await albums.SetCoverAsync(albumId, coverId, cancellationToken);
            }
        }

        return made;
    }

    private static async Task<ExportManifest?> ReadManifestAsync(ZipArchiveEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Length > MaxManifest)
        {
            throw new InvalidDataException($"{ExportArchive.Manifest} has more than {MaxManifest / 1024 / 1024} MB.");
        }

        await using var content = await entry.OpenAsync(cancellationToken);
        var manifest = await JsonSerializer.DeserializeAsync(content, ExportJson.Default.ExportManifest, cancellationToken);
        return manifest is { Version: > ExportArchive.Version }
            ? throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"its {ExportArchive.Manifest} is of version {manifest.Version}; this gallery reads version {ExportArchive.Version}."))
            : manifest;
    }

    private static async Task<byte[]> HashAsync(ZipArchiveEntry entry, CancellationToken cancellationToken)
    {
        await using var content = await entry.OpenAsync(cancellationToken);
        return await SHA256.HashDataAsync(content, cancellationToken);
    }

    // "a.jpg.xmp" as darktable and digiKam name it, "a.xmp" as Lightroom does.
    private static ZipArchiveEntry? SidecarOf(string name, Dictionary<string, ZipArchiveEntry> entries) =>
        entries.GetValueOrDefault(name + XmpSidecar.Extension)
        ?? entries.GetValueOrDefault(Path.ChangeExtension(name, XmpSidecar.Extension));

    private static bool IsForeign(string name)
    {
        var file = name[(name.LastIndexOf('/') + 1)..];
        return file.Length == 0 || name.StartsWith(Foreign[0], StringComparison.Ordinal)
            || Foreign.Skip(1).Any(start => file.StartsWith(start, StringComparison.Ordinal));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Import: {Imported} new, {AlreadyHere} here already, {Refused} not taken")]
    private static partial void LogImported(ILogger logger, int imported, int alreadyHere, int refused);

    /// <summary>What has become of one import so far.</summary>
    private sealed class Run
    {
        public int Imported { get; set; }

        public int AlreadyHere { get; set; }

        public int Completed { get; set; }

        public int Refused { get; private set; }

        public bool IsStopped { get; set; }

        public List<string> Problems { get; } = [];

        /// <summary>The pictures by their entries.</summary>
        public Dictionary<string, long> Ids { get; } = new(StringComparer.Ordinal);

        /// <summary>What sidecars say of albums, by title: entries.</summary>
        public Dictionary<string, List<string>> Albums { get; } = new(StringComparer.Ordinal);

        public void Refuse(string problem)
        {
            Refused++;
            Note(problem);
        }

        public void Note(string problem)
        {
            if (Problems.Count < MaxProblems)
            {
                Problems.Add(problem);
            }
        }

        public void Place(string album, string entry)
        {
            if (!Albums.TryGetValue(album, out var files))
            {
                Albums[album] = files = [];
            }

            files.Add(entry);
        }
    }
}
