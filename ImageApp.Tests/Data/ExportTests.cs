using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ImageApp.Core.Catalogue;
using ImageApp.Tests.Application;
using ImageApp.Tests.Core;
using ImageApp.Tests.Database;
using ImageApp.Tests.Hardening;
using MySqlConnector;

namespace ImageApp.Tests.Data;

/// <summary>Everything out of one gallery, and into another.</summary>
public sealed class ExportTests(DatabaseServer server) : IAsyncLifetime
{
    private static readonly string[] Names =
    [
        "héron.jpg", "Héron.jpg", "HÉRON.jpg", "b.png", "gallery.json", "x.xmp", "described.jpg", "deleted.jpg",
    ];

    private readonly List<IAsyncDisposable> _parts = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imageapp-export-");
    private readonly Dictionary<string, long> _ids = [];
    private Gallery _one = null!;
    private Gallery _other = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _one = await StartAsync();
        _other = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Another_gallery_has_it_all_afterwards_once_however_often_it_is_imported()
    {
        await FillAsync();
        var zip = await ExportAsync();
        Assert.Equal((7, 0, 0), await CountsAsync(_other, zip, "refused"));

        var before = (await _one.Catalogue.Gallery.ListAsync(new ImageQuery(50) { Order = ImageOrder.Added }, Cancel)).Images;
        var after = (await _other.Catalogue.Gallery.ListAsync(new ImageQuery(50) { Order = ImageOrder.Added }, Cancel)).Images;
        Assert.Equal(before.Select(image => image.FileName), after.Select(image => image.FileName));
        Assert.Equal(before.Select(image => image.Caption), after.Select(image => image.Caption));
        Assert.Equal(before.Select(image => image.CaptionEditedAt), after.Select(image => image.CaptionEditedAt));
        Assert.Equal(before.Select(image => image.UploadedAt), after.Select(image => image.UploadedAt));
        Assert.Equal(before.Select(image => image.IsFavourite), after.Select(image => image.IsFavourite));
        Assert.Equal(
            before.Where(image => image.CaptionEditedAt is null).Select(image => image.CaptionModel),
            after.Where(image => image.CaptionEditedAt is null).Select(image => image.CaptionModel));
        foreach (var (from, to) in before.Zip(after))
        {
            Assert.Equal(
                await _one.Client.GetByteArrayAsync($"/images/{from.Id}/original", Cancel),
                await _other.Client.GetByteArrayAsync($"/images/{to.Id}/original", Cancel));
        }

        var album = Assert.Single(await _other.Albums.ListAsync(Cancel));
        var inAlbum = await _other.Catalogue.Gallery.ListAsync(
            new ImageQuery(50) { AlbumId = album.Id, Order = ImageOrder.Album }, Cancel);
        Assert.Equal("Ausflug", album.Title);
        Assert.Equal(["b.png", "Héron.jpg", "héron.jpg"], inAlbum.Images.Select(image => image.FileName));
        Assert.Equal("héron.jpg", after.Single(image => image.Id == album.CoverId).FileName);

        // The functions, that take these objects up, find the captions and write no others.
        var described = after.Single(image => image.CaptionModel == "vision-9");
        var content = await _other.Client.GetByteArrayAsync($"/images/{described.Id}/original", Cancel);
        var seen = await _other.Catalogue.Results.ObserveAsync(
            new ObservedObject(described.Key, described.ObjectETag!, content.Length, null, "x") { ContentHash = SHA256.HashData(content) },
            Cancel);
        Assert.True(seen.IsCaptionDone);
        Assert.Equal(described.Caption, seen.Caption);

        Assert.Equal((0, 7, 0), await CountsAsync(_other, zip, "completed"));
        Assert.Equal(7, await _other.Catalogue.Gallery.CountAsync(new ImageQuery(1), Cancel));
        Assert.Equal(3, Assert.Single(await _other.Albums.ListAsync(Cancel)).Count);

        // A person's caption of here stays, whatever the archive says.
        await _other.Catalogue.Gallery.EditCaptionAsync(described.Id, "Mine.", null, Cancel);
        await CountsAsync(_other, zip, "completed");
        Assert.Equal("Mine.", (await _other.Catalogue.Gallery.FindAsync(described.Id, Cancel))?.Caption);
    }

    [Fact]
    public async Task Other_programs_read_the_archive_and_its_sidecars()
    {
        await FillAsync();
        var file = Path.Combine(_folder.FullName, "all.zip");
        await File.WriteAllBytesAsync(file, await ExportAsync(), Cancel);

        await Tool.RunAsync("unzip", "-tq", file);
        await Tool.RunAsync(
            "python3",
            "-c",
            "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); sys.exit(z.testzip() or len(z.namelist()) != 13)",
            file);
        await Tool.RunAsync("unzip", "-q", file, "-d", _folder.FullName);
        var names = Directory.EnumerateFiles(Path.Combine(_folder.FullName, "pictures")).Select(Path.GetFileName).ToList();
        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        var sidecar = Path.Combine(_folder.FullName, "pictures", "héron.jpg.xmp");
        var read = JsonNode.Parse(await Tool.RunAsync("exiftool", "-j", sidecar))![0]!;
        Assert.Equal("Ein Reiher & <ein Fisch>", (string?)read["Description"]);
        Assert.Equal(5, (int)read["Rating"]!);
        Assert.Equal("Albums|Ausflug", (string?)read["HierarchicalSubject"]);

        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "gallery.json"), Cancel))!;
        Assert.Equal(7, manifest["pictures"]!.AsArray().Count);
        foreach (var picture in manifest["pictures"]!.AsArray())
        {
            Assert.True(File.Exists(Path.Combine(_folder.FullName, (string)picture!["file"]!)), picture.ToJsonString());
        }

        Assert.DoesNotContain("deleted.jpg", manifest.ToJsonString());
    }

    [Fact]
    public async Task Sidecars_of_other_programs_are_understood()
    {
        var (fox, owl) = (TestImages.Jpeg(41, 31), TestImages.Jpeg(42, 31));
        await File.WriteAllBytesAsync(Path.Combine(_folder.FullName, "fox.jpg"), fox, Cancel);
        var (one, two) = (Path.Combine(_folder.FullName, "fox.xmp"), Path.Combine(_folder.FullName, "owl.jpg.xmp"));
        await Tool.RunAsync(
            "exiftool", "-XMP-dc:Description=A fox looks back.", "-XMP-xmp:Rating=5", "-XMP-lr:HierarchicalSubject=Albums|Wood", one);
        await Tool.RunAsync("exiftool", "-XMP-dc:Description=An owl.", two);
        var zip = Zip(
            ("day 1/fox.jpg", fox), ("day 1/fox.xmp", await File.ReadAllBytesAsync(one, Cancel)),
            ("owl.jpg", owl), ("owl.jpg.xmp", await File.ReadAllBytesAsync(two, Cancel)),
            ("twice.jpg", fox), ("__MACOSX/._fox.jpg", [1]), ("day 1/", []));

        Assert.Equal((2, 1, 0), await CountsAsync(_other, zip, "refused"));

        var images = (await _other.Catalogue.Gallery.ListAsync(new ImageQuery(50), Cancel)).Images
            .OrderBy(image => image.FileName)
            .ToList();
        Assert.Equal(["fox.jpg", "owl.jpg"], images.Select(image => image.FileName));
        Assert.Equal(["A fox looks back.", "An owl."], images.Select(image => image.Caption));
        Assert.All(images, image => Assert.NotNull(image.CaptionEditedAt));
        Assert.Equal([true, false], images.Select(image => image.IsFavourite));
        Assert.Equal(("Wood", 1), (await _other.Albums.ListAsync(Cancel)).Select(album => (album.Title, album.Count)).Single());
    }

    [Fact]
    public async Task A_sidecar_that_was_changed_after_the_export_is_a_persons_and_completes_what_is_here()
    {
        await FillAsync();
        var zip = await ExportAsync();
        using (var stream = new MemoryStream())
        {
            await stream.WriteAsync(zip, Cancel);
            await using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
            {
                archive.GetEntry("pictures/described.jpg.xmp")!.Delete();
                await using var target = archive.CreateEntry("pictures/described.jpg.xmp").Open();
                await target.WriteAsync(new Web.Export.XmpSidecar("Corrected elsewhere.", null, true, []).ToBytes(), Cancel);
            }

            zip = stream.ToArray();
        }

        Assert.Equal((0, 7, 1), await CountsAsync(_one, zip, "completed"));
        var image = (await _one.Catalogue.Gallery.FindAsync(_ids["described.jpg"], Cancel))!;
        Assert.Equal(("Corrected elsewhere.", true), (image.Caption, image.IsFavourite));
        Assert.NotNull(image.CaptionEditedAt);
    }

    [Fact]
    public async Task Nothing_is_believed_of_an_archive()
    {
        var jpeg = TestImages.Jpeg(43, 31);
        var zip = Zip(
            ("../../../tmp/escape.jpg", jpeg), ("/etc/absolute.jpg", TestImages.Jpeg(44, 31)),
            ("c:\\x\\drive.jpg", TestImages.Jpeg(45, 31)),
            ("text.jpg", "no picture"u8.ToArray()), ("empty.jpg", []),
            ("entity.jpg", TestImages.Jpeg(46, 31)),
            ("entity.jpg.xmp", "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"u8.ToArray()));
        var response = await ImportAsync(_other, zip);
        var result = (await response.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        Assert.Equal((4, 2), ((int)result["imported"]!, (int)result["refused"]!));
        Assert.Equal(3, result["problems"]!.AsArray().Count);
        var images = (await _other.Catalogue.Gallery.ListAsync(new ImageQuery(50), Cancel)).Images;
        Assert.Equal(
            ["absolute.jpg", "drive.jpg", "entity.jpg", "escape.jpg"],
            images.Select(image => image.FileName).Order(StringComparer.Ordinal));
        Assert.False(File.Exists("/tmp/escape.jpg"));

        var whole = Zip(("a.jpg", jpeg));
        await RefusedAsync(HttpStatusCode.BadRequest, "not-an-archive", whole[..^10]);
        await RefusedAsync(HttpStatusCode.BadRequest, "not-an-archive", jpeg);
        await RefusedAsync(HttpStatusCode.BadRequest, "not-an-archive", []);
        await RefusedAsync(HttpStatusCode.BadRequest, "not-an-archive", Zip(("gallery.json", "{\"version\": 2}"u8.ToArray())));
        await RefusedAsync(HttpStatusCode.BadRequest, "not-an-archive", Zip(("gallery.json", "{"u8.ToArray())));
        using var text = await ImportAsync(_other, whole, "text/plain");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, text.StatusCode);
        Assert.Contains("problem:no-archive", await text.Content.ReadAsStringAsync(Cancel));
        using var form = new MultipartFormDataContent { { new StringContent("x"), "other" } };
        using var without = await _other.Client.PostAsync("/api/import", form, Cancel);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, without.StatusCode);
        Assert.Contains("problem:no-archive", await without.Content.ReadAsStringAsync(Cancel));

        // Where its list begins is said to be at its very beginning, and its files to be larger than they are together allowed to be.
        var lying = (byte[])whole.Clone();
        BitConverter.TryWriteBytes(lying.AsSpan(lying.Length - 6), 0u);
        await RefusedAsync(HttpStatusCode.BadRequest, "not-an-archive", lying);
        await using var small = await StartAsync(("Import:MaxBytes", "100000"));
        await RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "archive-too-large", new byte[600_000], gallery: small);
        await RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "archive-too-large", Zip(("bomb.jpg", new byte[300_000])), gallery: small);
        Assert.Equal(0, await small.Catalogue.Gallery.CountAsync(new ImageQuery(1), Cancel));
    }

    [Fact]
    public async Task People_import_and_export_on_a_page_without_a_script()
    {
        var page = await _other.Client.GetStringAsync("/export", Cancel);
        Assert.Contains("action=\"/api/export\"", page);
        Assert.Contains("enctype=\"multipart/form-data\"", page);

        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(Zip(("by form.jpg", TestImages.Jpeg(47, 31)), ("no.txt", [1]))), "file", "pictures.zip" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/import") { Content = form };
        request.Headers.Accept.ParseAdd("text/html");
        using var answer = await _other.Client.SendAsync(request, Cancel);
        var html = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Cancel));
        var text = string.Join(' ', html.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("1 picture came in, 0 pictures were here already.", text);
        Assert.Contains("'no.txt' cannot be taken.", text);
    }

    private static byte[] Zip(params (string Name, byte[] Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var target = archive.CreateEntry(name).Open();
                target.Write(content);
            }
        }

        return stream.ToArray();
    }

    private static Task<HttpResponseMessage> ImportAsync(Gallery gallery, byte[] zip, string type = "application/zip")
    {
        var content = new ByteArrayContent(zip);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return gallery.Client.PostAsync("/api/import", content, Cancel);
    }

    private static async Task<(int Imported, int AlreadyHere, int Third)> CountsAsync(Gallery gallery, byte[] zip, string third)
    {
        using var response = await ImportAsync(gallery, zip);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, text);
        var result = JsonNode.Parse(text)!;
        Assert.Empty(result["problems"]!.AsArray());
        return ((int)result["imported"]!, (int)result["alreadyHere"]!, (int)result[third]!);
    }

    private async Task RefusedAsync(HttpStatusCode status, string name, byte[] zip, Gallery? gallery = null)
    {
        using var response = await ImportAsync(gallery ?? _other, zip);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(
            response.StatusCode == status && text.Contains($"urn:imageapp:problem:{name}", StringComparison.Ordinal),
            $"{response.StatusCode}: {text}");
    }

    private async Task<byte[]> ExportAsync()
    {
        using var answer = await _one.Client.GetAsync("/api/export", Cancel);
        Assert.Equal(("application/zip", HttpStatusCode.OK), (answer.Content.Headers.ContentType?.MediaType, answer.StatusCode));
        return await answer.Content.ReadAsByteArrayAsync(Cancel);
    }

    // Seven pictures: three with names that differ in case alone, two with names of what else is in an archive, one that a model described.
    private async Task FillAsync()
    {
        var width = 50;
        foreach (var name in Names)
        {
            var content = TestImages.Jpeg(++width, 31);
            using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", name } };
            using var answer = await _one.Client.PostAsync("/api/images?unique=false", form, Cancel);
            var image = (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["images"]![0]!;
            var id = _ids[name] = (long)image["id"]!;
            var row = (await _one.Catalogue.Gallery.FindAsync(id, Cancel))!;
            Assert.Equal(name, row.FileName);
            await _one.Catalogue.Results.ObserveAsync(
                new ObservedObject(row.Key, row.ObjectETag!, content.Length, null, name) { ContentHash = SHA256.HashData(content) },
                Cancel);
            if (name == "described.jpg")
            {
                Assert.True(await _one.Catalogue.Results.SaveCaptionAsync(
                    row.Key, row.ObjectETag!, new CaptionResult("A gradient.", "vision-9", "en"), Cancel));
            }
        }

        await _one.Catalogue.Gallery.EditCaptionAsync(_ids["héron.jpg"], "Ein Reiher & <ein Fisch>", null, Cancel);
        await _one.Catalogue.Gallery.SetFavouriteAsync([_ids["héron.jpg"], _ids["x.xmp"]], isFavourite: true, Cancel);
        await _one.Catalogue.Gallery.DeleteAsync([_ids["deleted.jpg"]], TimeSpan.FromDays(1), Cancel);
        var album = await _one.Albums.CreateAsync("Ausflug", Cancel);
        foreach (var name in new[] { "b.png", "Héron.jpg", "héron.jpg" })
        {
            await _one.Albums.AddAsync(album, [_ids[name]], Cancel);
        }

        await _one.Albums.SetCoverAsync(album, _ids["héron.jpg"], Cancel);
    }

    private async Task<Gallery> StartAsync(params (string, string)[] settings)
    {
        var aws = await LocalAwsInstance.StartAsync(_ => { });
        _parts.Add(aws);
        var database = await server.CreateCatalogueAsync();
        _parts.Add(database);
        var web = await HostedWeb.StartAsync(database.ConnectionString, aws, settings);
        _parts.Add(web);
        return new Gallery(web.CreateClient(), database);
    }

    private sealed class Gallery(HttpClient client, MySqlDataSource database) : IAsyncDisposable
    {
        public HttpClient Client => client;

        public CatalogueByAudience Catalogue { get; } = new(database);

        public AlbumCatalogue Albums { get; } = new(database);

        public ValueTask DisposeAsync()
        {
            client.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
