using Aspire.Hosting.ApplicationModel;
using ImageApp.Tests.Application;

namespace ImageApp.Tests.AppHost;

/// <summary>What the dashboard shows of the running application, and what it can do.</summary>
public sealed class ResourceTests(RunningApplication fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_part_is_listed_running_and_healthy()
    {
        var app = await fixture.StartAsync();
        foreach (var name in new[] { "aws", "mysql", "imagedb", "image-events", "ThumbnailFunction", "CaptionFunction", "web" })
        {
            var change = await app.Resources.WaitForResourceHealthyAsync(name, Cancel);
            Assert.True(change.Snapshot.State?.Text is "Running", $"{name} is {change.Snapshot.State?.Text}");
        }
    }

    [Fact]
    public async Task Each_process_is_told_where_the_others_are_and_no_more()
    {
        var app = await fixture.StartAsync();
        var web = await app.VariablesAsync("web");
        Assert.StartsWith("Server=127.0.0.1;", web["ConnectionStrings__imagedb"]);
        Assert.Equal(app.BucketName, web["AWS__Resources__BucketName"]);
        Assert.Equal("us-east-1", web["AWS_REGION"]);
        Assert.StartsWith("http://localhost:", web["AWS_ENDPOINT_URL"]);
        Assert.DoesNotContain("AWS_LAMBDA_RUNTIME_API", web.Keys);

        var caption = await app.VariablesAsync("CaptionFunction");
        Assert.EndsWith("/CaptionFunction", caption["AWS_LAMBDA_RUNTIME_API"]);
        Assert.Equal(web["AWS_ENDPOINT_URL"], caption["AWS_ENDPOINT_URL"]);
        Assert.DoesNotContain((await app.VariablesAsync("ThumbnailFunction")).Keys, name => name.StartsWith("Captioning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_function_can_be_restarted_and_works_on()
    {
        var app = await fixture.StartAsync();
        var result = await app.Commands.ExecuteCommandAsync("ThumbnailFunction", KnownResourceCommands.RestartCommand, Cancel);
        Assert.True(result.Success, result.Message);
        await app.Resources.WaitForResourceHealthyAsync("ThumbnailFunction", Cancel);
        using var form = new MultipartFormDataContent { { new ByteArrayContent(TestImages.Jpeg(50, 50)), "file", "after-restart.jpg" } };
        var answer = await app.Web.PostAsync("/api/images", form, Cancel);
        var id = (long)System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!["images"]![0]!["id"]!;
        var image = await app.WaitForImageAsync(id, RunningApplication.IsFinished);
        Assert.NotNull(image["thumbnailUrl"]);
    }
}
