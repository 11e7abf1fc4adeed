using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.Core.Catalogue;
using ImageApp.Tests.Application;
using ImageApp.Tests.Database;

namespace ImageApp.Tests.Deploy;

/// <summary>
/// The release before the newest migration, on the schema after it: what runs for minutes in every deployment, and for good where the new
/// release does not get healthy. <c>./test</c> builds it from the history.
/// </summary>
public sealed class PreviousReleaseTests(DatabaseServer server)
{
    private const string Bucket = "pictures";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_release_before_the_newest_migration_works_on_the_schema_after_it()
    {
        var folder = Path.Combine(RepositoryRoot.Path, ".local", "previous");
        var program = Directory.Exists(folder)
            ? Directory
                .EnumerateDirectories(folder)
                .Select(release => Path.Combine(release, "ImageApp.Web.dll"))
                .SingleOrDefault(File.Exists)
            : null;
        Assert.SkipWhen(program is null, "The clone has no history to build the previous release from.");

        await using var aws = await LocalAwsInstance.StartAsync(_ => { });
        await aws.S3.PutBucketAsync(Bucket, Cancel);
        await using var database = await server.CreateCatalogueAsync();
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var start = new ProcessStartInfo("dotnet", [program!]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.WorkingDirectory = Path.GetDirectoryName(program!);
        foreach (
            var (name, value) in new[]
            {
                ("ASPNETCORE_URLS", address.ToString()),
                ("AWS_REGION", aws.Options.Region),
                ("AWS_ACCESS_KEY_ID", aws.Options.AccessKeyId),
                ("AWS_SECRET_ACCESS_KEY", aws.Options.SecretAccessKey),
                ("AWS_ENDPOINT_URL", aws.Server.Endpoint.ToString().TrimEnd('/')),
                ("AWS__Resources__BucketName", Bucket),
                ("ConnectionStrings__imagedb", database.ConnectionString),
            }
        )
        {
            start.Environment[name] = value;
        }

        var output = new ConcurrentQueue<string>();
        using var web = Process.Start(start)!;
        web.OutputDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        web.ErrorDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        web.BeginOutputReadLine();
        web.BeginErrorReadLine();
        try
        {
            using var client = new HttpClient { BaseAddress = address };
            await HealthyAsync(client, web, output);

            // Its own way through a picture's life: in, seen, known to the current release too, tried again, out.
            using var form = new MultipartFormDataContent { { new ByteArrayContent(TestImages.Jpeg(300, 200)), "file", "before.jpg" } };
            using var upload = await client.PostAsync("/api/images", form, Cancel);
            Assert.True(
                upload.StatusCode == HttpStatusCode.Created,
                await upload.Content.ReadAsStringAsync(Cancel) + string.Join('\n', output)
            );
            var id = (long)(await upload.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["images"]![0]!["id"]!;
            Assert.Contains("before.jpg", await client.GetStringAsync("/gallery", Cancel));
            var image = (await client.GetFromJsonAsync<JsonObject>($"/api/images/{id}", Cancel))!;
            Assert.NotNull(await new StepResults(database).FindAsync((string)image["key"]!, Cancel));
            Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync($"/api/images/{id}/retry", null, Cancel)).StatusCode);
            Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync($"/api/images/{id}", Cancel)).StatusCode);
            Assert.DoesNotContain("before.jpg", await client.GetStringAsync("/gallery", Cancel));
        }
        finally
        {
            web.Kill(entireProcessTree: true);
            await web.WaitForExitAsync(Cancel);
        }
    }

    private static async Task HealthyAsync(HttpClient client, Process web, ConcurrentQueue<string> output)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            Assert.False(web.HasExited, string.Join('\n', output));
            try
            {
                var health = (await client.GetFromJsonAsync<JsonObject>("/health", deadline.Token))!;
                if ((string?)health["status"] == "Healthy")
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(50, deadline.Token);
        }
    }
}
