using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.Tests.AppHost;
using ImageApp.Tests.Application;

namespace ImageApp.Tests.Data;

/// <summary><c>deploy/backup</c> and <c>deploy/restore</c>, on a gallery that is in use, and on one that has lost everything.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class BackupTests : IDisposable
{
    private static readonly string[] Kept =
    [
        "key", "caption", "captionModel", "captionEditedAt", "captionGeneratedAt", "uploadedAt", "favourite", "keptUntil",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("imageapp-backup-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_gallery_that_lost_everything_has_every_picture_again_that_was_accepted_before_the_backup()
    {
        var backup = Path.Combine(_folder, "backup");
        var accepted = new Dictionary<string, byte[]>();
        var before = new Dictionary<string, JsonObject>();
        string share;
        var port = FreePort.Next();
        await using (var host = await StartAsync("first", port))
        {
            for (var i = 0; i < 5; i++)
            {
                var content = accepted[$"before {i}.jpg"] = TestImages.Jpeg(90 + i, 61);
                before[$"before {i}.jpg"] = await host.UploadAsync(content, $"before {i}.jpg");
            }

            var ids = before.Values.Select(image => (long)image["id"]!).ToList();
            await SendAsync(host, HttpMethod.Put, $"/api/images/{ids[0]}/caption", new { caption = "Größe: eine Ente 🦆" });
            await SendAsync(host, HttpMethod.Put, $"/api/images/{ids[1]}/favourite", new { });
            await SendAsync(host, HttpMethod.Delete, $"/api/images/{ids[4]}", null);
            var album = (long)(await SendAsync(host, HttpMethod.Post, "/api/albums", new { title = "Vorher" }))!["id"]!;
            await SendAsync(host, HttpMethod.Post, $"/api/albums/{album}/images", new { ids = new[] { ids[2], ids[1] } });
            share = (string)(await SendAsync(host, HttpMethod.Post, "/api/shares", new { albumId = album }))!["path"]!;

            // While pictures come in.
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var uploading = UploadAsync(host, stop.Token);
            await CommandAsync("backup", backup, "first", port);
            await stop.CancelAsync();
            Assert.NotEqual(0, await uploading);
            foreach (var name in before.Keys.ToList())
            {
                before[name] = (await ListAsync(host)).Single(image => (string?)image["fileName"] == name);
            }

            // Neither a backup nor a gallery is ever overwritten.
            Assert.Contains("never overwrites", await FailAsync("backup", backup, "first", port));
            Assert.Contains("never overwrites", await FailAsync("restore", backup, "first", port));
        }

        Directory.Delete(Path.Combine(_folder, "first"), recursive: true);
        port = FreePort.Next();
        await using (var host = await StartAsync("second", port))
        {
            Assert.Empty(await ListAsync(host));
            await CommandAsync("restore", backup, "second", port);

            // What the backup has of the pictures that came in meanwhile comes back too, under its own name.
            var copied = Directory.EnumerateFiles(Path.Combine(backup, "objects", "images")).Count();
            await Eventually.HoldsAsync(
                async () => await ListAsync(host) is var all && all.Count == copied && all.All(RunningApplication.IsFinished),
                $"{copied} pictures are finished");
            var after = await ListAsync(host);
            Assert.All(after, image => Assert.Matches("^(before|meanwhile) [0-9]+[.]jpg$", (string?)image["fileName"]));
            foreach (var (name, image) in before)
            {
                var restored = after.Single(one => (string?)one["fileName"] == name);
                foreach (var property in Kept)
                {
                    Assert.Equal(image[property]?.ToJsonString(), restored[property]?.ToJsonString());
                }

                if (restored["keptUntil"] is null)
                {
                    Assert.Equal(accepted[name], await host.Web.GetByteArrayAsync((string?)restored["originalUrl"], Cancel));
                    Assert.NotEmpty(await host.Web.GetByteArrayAsync((string?)restored["thumbnailUrl"], Cancel));
                }
            }

            Assert.Equal("Größe: eine Ente 🦆", (string?)after.Single(image => (string?)image["fileName"] == "before 0.jpg")["caption"]);
            var album = (await host.Web.GetFromJsonAsync<JsonObject>("/api/albums", Cancel))!["albums"]!.AsArray().Single()!;
            Assert.Equal(("Vorher", 2), ((string?)album["title"], (int)album["count"]!));
            Assert.Equal(HttpStatusCode.OK, (await host.Web.GetAsync(share, Cancel)).StatusCode);

            // It is in use again.
            Assert.NotNull((await host.UploadAsync(TestImages.Jpeg(120, 61), "afterwards.jpg"))["thumbnailUrl"]);
        }
    }

    [Fact]
    public async Task What_is_no_finished_backup_is_not_restored()
    {
        var backup = Directory.CreateDirectory(Path.Combine(_folder, "half", "objects")).Parent!.FullName;
        Assert.Contains("no backup", await FailAsync("restore", backup, "none", 1));
        await File.WriteAllTextAsync(Path.Combine(backup, "catalogue.sql"), "DROP", Cancel);
        await File.WriteAllTextAsync(Path.Combine(backup, "backup"), "objects 0\ncatalogue 0000\n", Cancel);
        Assert.Contains("catalogue.sql is damaged", await FailAsync("restore", backup, "none", 1));
    }

    private Task<AppHostProcess> StartAsync(string name, int port) => AppHostProcess.StartAsync(
        Path.Combine(_folder, name), [], $"--LocalAws:Port={port}", "--Limits:Enabled=false");

    // Pictures one after another, each until it is described, until told to stop: no more than one page of a list shows.
    private static async Task<int> UploadAsync(AppHostProcess host, CancellationToken stop)
    {
        var count = 0;
        while (!stop.IsCancellationRequested && count < 100)
        {
            await host.UploadAsync(TestImages.Jpeg(200 + count, 61), $"meanwhile {count}.jpg");
            count++;
        }

        return count;
    }

    private static async Task<List<JsonObject>> ListAsync(AppHostProcess host)
    {
        var images = new List<JsonObject>();
        foreach (var list in new[] { "/api/images?limit=200", "/api/images?limit=200&trash=true" })
        {
            var page = (await host.Web.GetFromJsonAsync<JsonObject>(list, Cancel))!;
            Assert.Null(page["nextCursor"]);
            images.AddRange(page["images"]!.AsArray().Select(image => image!.AsObject()));
        }

        return images;
    }

    private static async Task<JsonNode?> SendAsync(AppHostProcess host, HttpMethod method, string address, object? body)
    {
        using var request = new HttpRequestMessage(method, address) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await host.Web.SendAsync(request, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{method} {address}: {answer.StatusCode} {text}");
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    private async Task CommandAsync(string command, string backup, string name, int port)
    {
        var (code, output) = await TryAsync(command, backup, name, port);
        Assert.True(code == 0, output);
    }

    private async Task<string> FailAsync(string command, string backup, string name, int port)
    {
        var (code, output) = await TryAsync(command, backup, name, port);
        Assert.True(code != 0, output);
        return output;
    }

    private Task<(int Code, string Output)> TryAsync(string command, string backup, string name, int port) => Tool.TryAsync(
        Path.Combine(RepositoryRoot.Path, "deploy", command),
        new Dictionary<string, string>(),
        ["--data", Path.Combine(_folder, name), "--endpoint", $"http://localhost:{port}", backup]);
}
