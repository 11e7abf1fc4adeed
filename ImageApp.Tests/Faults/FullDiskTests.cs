using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.Tests.AppHost;
using ImageApp.Tests.Application;

namespace ImageApp.Tests.Faults;

/// <summary>The bucket on a disk that is full.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class FullDiskTests : IDisposable
{
    private const int Uploads = 6;
    private readonly string _folder = Directory.CreateTempSubdirectory("imageapp-full-").FullName;
    private bool _isMounted;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (_isMounted)
        {
            using var unmount = Process.Start("umount", ["--lazy", Path.Combine(_folder, "aws")]);
            unmount.WaitForExit();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Refuses_uploads_in_words_loses_nothing_and_goes_on_when_there_is_space_again()
    {
        var disk = Directory.CreateDirectory(Path.Combine(_folder, "aws")).FullName;
        using (var mount = Process.Start("mount", ["-t", "tmpfs", "-o", "size=48m", "tmpfs", disk]))
        {
            await mount.WaitForExitAsync(Cancel);
            Assert.SkipWhen(mount.ExitCode != 0 && Environment.GetEnvironmentVariable("CI") is null, "Only root can mount a small disk.");
            Assert.Equal(0, mount.ExitCode);
            _isMounted = true;
        }

        await using var host = await AppHostProcess.StartAsync(
            _folder, [], "--Reconciler:Interval=00:00:01", "--Reconciler:Quiet=00:00:05", "--Limits:Enabled=false");
        var accepted = new List<long>();
        for (var number = 0; number < Uploads; number++)
        {
            accepted.Add((long)(await host.UploadAsync(TestImages.Jpeg(90 + number, 60), $"before {number}.jpg"))["id"]!);
        }

        var ballast = Path.Combine(disk, "ballast");
        await FillAsync(ballast);
        var refused = 0;
        for (var number = 0; number < Uploads; number++)
        {
            using var form = new MultipartFormDataContent
            {
                { new ByteArrayContent(TestImages.Jpeg(1900 + number, 1300)), "file", $"full {number}.jpg" },
            };
            using var answer = await host.Web.PostAsync("/api/images", form, Cancel);
            if (answer.StatusCode == HttpStatusCode.Created)
            {
                accepted.Add((long)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!["images"]![0]!["id"]!);
            }
            else
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                Assert.Contains("storage", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.OrdinalIgnoreCase);
                refused++;
            }
        }

        Assert.NotEqual(0, refused);
        File.Delete(ballast);
        var ended = Stopwatch.StartNew();
        for (var number = 0; number < Uploads; number++)
        {
            accepted.Add((long)(await host.UploadAsync(TestImages.Jpeg(90 + number, 80), $"after {number}.jpg"))["id"]!);
        }

        var images = new List<JsonObject>();
        await Support.Eventually.HoldsAsync(
            async () =>
            {
                images = [.. (await host.Web.GetFromJsonAsync<JsonObject>("/api/images?limit=200", Cancel))!["images"]!.AsArray()
                    .Select(image => image!.AsObject())];
                return images.All(RunningApplication.IsFinished);
            },
            () => $"Not finished: {string.Join(", ", images.Where(image => !RunningApplication.IsFinished(image)))}");
        var recovery = ended.Elapsed;
        var found = images.ToDictionary(image => (long)image["id"]!);
        var lost = 0;
        foreach (var id in accepted)
        {
            var isWhole = found.TryGetValue(id, out var image)
                && image["thumbnailUrl"] is not null
                && (await host.Web.GetByteArrayAsync((string?)image["originalUrl"], Cancel)).Length == (long)image["sizeBytes"]!;
            lost += isWhole ? 0 : 1;
        }

        new FaultResult("bucket's disk full", 1, accepted.Count, refused, lost, images.Count - accepted.Count, 0, recovery).Write(14);
        Assert.Equal((0, accepted.Count), (lost, images.Count));
    }

    private static async Task FillAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[64 * 1024];
        for (var size = block.Length; size > 0;)
        {
            try
            {
                await file.WriteAsync(block.AsMemory(0, size), Cancel);
            }
            catch (IOException)
            {
                size /= 2;
            }
        }
    }
}
