using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.Tests.Application;
using ImageApp.Tests.Captions;
using ImageApp.Tests.Functions;

namespace ImageApp.Tests.AppHost;

/// <summary>Captions of many pictures by the whole application, from its AppHost: quotas, and the way from no model to one.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class CaptioningTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("imageapp-captioning-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Many_pictures_against_a_small_quota_end_with_a_caption_each_no_dead_letter_and_none_described_twice()
    {
        const int pictures = 60;
        const int quota = 10;
        var described = new ConcurrentDictionary<string, int>();
        var gate = new Lock();
        var left = quota;
        DateTimeOffset? closedUntil = null;
        await using var model = await ModelServer.StartAsync(
            (_, body) =>
            {
                // However slow the machine is, somebody meets a used-up quota: it is there again two seconds after its first refusal.
                lock (gate)
                {
                    if (left == 0)
                    {
                        closedUntil ??= DateTimeOffset.UtcNow.AddSeconds(2);
                        if (DateTimeOffset.UtcNow < closedUntil)
                        {
                            return ModelAnswer.Error(429, "Rate limit reached", retryAfter: "2");
                        }

                        (left, closedUntil) = (quota, null);
                    }

                    left--;
                }

                var picture = (string)body["messages"]![0]!["content"]![1]!["image_url"]!["url"]!;
                described.AddOrUpdate(picture, 1, (_, count) => count + 1);
                return ModelAnswer.Text(ProviderBehaviours.Caption);
            }
        );
        await using var host = await AppHostProcess.StartAsync(
            _folder,
            [],
            "--Reconciler:Interval=00:00:01",
            $"--Captioning:BaseUrl={model.BaseUrl}",
            "--Captioning:Model=m-1",
            "--Captioning:MaxRetryAfter=00:00:00"
        );
        for (var i = 0; i < pictures; i++)
        {
            using var form = new MultipartFormDataContent { { new ByteArrayContent(TestImages.Jpeg(100, 60 + i)), "file", $"{i}.jpg" } };
            using var uploaded = await host.Web.PostAsync("/api/images", form, Cancel);
            Assert.Equal(HttpStatusCode.Created, uploaded.StatusCode);
        }

        var images = await ListAsync(host.Web, images => images.Count == pictures && images.All(image => image!["caption"] is not null));
        Assert.All(images, image => Assert.Equal(ProviderBehaviours.Caption, (string?)image!["caption"]));
        Assert.Equal(pictures, described.Count);
        Assert.All(described, picture => Assert.Equal(1, picture.Value));
        Assert.True(model.Requests.Count > pictures, "No picture met a used-up quota: the test shows nothing.");
        Assert.DoesNotContain(
            Directory.EnumerateFiles(Path.Combine(_folder, "aws", "sqs"), "*", SearchOption.AllDirectories),
            file => new FileInfo(file).Length > 0 && File.ReadAllText(file).Contains("ObjectCreated", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Captions_written_without_a_model_are_said_to_be_so_and_written_again_when_there_is_one()
    {
        await using (var offline = await AppHostProcess.StartAsync(_folder, []))
        {
            for (var i = 0; i < 3; i++)
            {
                await offline.UploadAsync(TestImages.Jpeg(100, 70 + i), $"{i}.jpg");
            }

            Assert.Contains("Captions are written without a model", await PageAsync(offline.Web));
            using (await offline.Web.PostAsync("/captioning/seen", content: null, Cancel)) { }

            Assert.DoesNotContain("written without a model", await PageAsync(offline.Web));
        }

        await using var model = await ModelServer.StartAsync((number, body) => ProviderBehaviours.Answer("whole", number, body));
        await using var host = await AppHostProcess.StartAsync(
            _folder,
            [],
            "--Reconciler:Interval=00:00:01",
            "--Reconciler:Quiet=00:00:01",
            $"--Captioning:BaseUrl={model.BaseUrl}",
            "--Captioning:Model=m-1",
            "--Captioning:Language=de"
        );
        await Support.Eventually.HoldsAsync(
            async () => (await PageAsync(host.Web)).Contains("3 captions were written without a model. m-1 can describe them."),
            "The gallery does not offer to describe them again."
        );
        Assert.Empty(model.Requests);
        using (var asked = await host.Web.PostAsync("/api/captioning/describe-all", content: null, Cancel))
        {
            Assert.Equal(3, (int)(await asked.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["againTotal"]!);
        }

        var images = await ListAsync(host.Web, images => images.All(image => (string?)image!["captionModel"] == "vision-1"));
        Assert.All(images, image => Assert.Equal("de", Text(image, "captionLanguage")));
        Assert.All(images, image => Assert.Equal(ProviderBehaviours.Caption, Text(image, "caption")));
        Assert.Equal(3, model.Requests.Count);
        var page = await PageAsync(host.Web);
        Assert.Contains("lang=\"de\"", page);
        Assert.DoesNotContain("Describe all again", page);
    }

    private static string? Text(JsonNode? image, string name) => (string?)image![name];

    private static async Task<string> PageAsync(HttpClient web) => WebUtility.HtmlDecode(await web.GetStringAsync("/", Cancel));

    private static async Task<JsonArray> ListAsync(HttpClient web, Func<JsonArray, bool> until)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(TimeSpan.FromMinutes(3));
        while (true)
        {
            var images = (await web.GetFromJsonAsync<JsonObject>("/api/images?limit=200", deadline.Token))!["images"]!.AsArray();
            if (until(images))
            {
                return images;
            }

            await Task.Delay(200, deadline.Token);
        }
    }
}
