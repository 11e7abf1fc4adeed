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
        Assert.Matches("^localhost:[0-9]+/CaptionFunction/[0-9a-f]{32}$", caption["AWS_LAMBDA_RUNTIME_API"]);
        Assert.Equal("localhost;*.localhost;127.0.0.1;[::1]", web["AllowedHosts"]);
        Assert.Equal(web["AWS_ENDPOINT_URL"], caption["AWS_ENDPOINT_URL"]);
        Assert.DoesNotContain(
            (await app.VariablesAsync("ThumbnailFunction")).Keys,
            name => name.StartsWith("Captioning", StringComparison.Ordinal)
        );
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

    [Fact]
    public async Task Queues_are_below_the_stack_and_say_how_many_events_wait_in_them()
    {
        var app = await fixture.StartAsync();
        foreach (var name in new[] { "thumbnail-dead-letters", "caption-dead-letters" })
        {
            var change = await app.Resources.WaitForResourceAsync(name, change => change.Snapshot.State?.Text == "Empty", Cancel);
            Assert.Contains(change.Snapshot.Relationships, relation => relation is { Type: "Parent", ResourceName: "image-events" });

            // What the dashboard's tree is made of.
            Assert.Contains(change.Snapshot.Properties, property => property is { Name: "resource.parentName", Value: "image-events" });
        }
    }

    [Fact]
    public async Task The_bucket_is_opened_from_the_dashboard()
    {
        var app = await fixture.StartAsync();
        using var form = new MultipartFormDataContent { { new ByteArrayContent(TestImages.Jpeg(61, 50)), "file", "in-the-bucket.jpg" } };
        var answer = await app.Web.PostAsync("/api/images", form, Cancel);
        var key = (string)System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!["images"]![0]!["key"]!;
        var result = await app.Commands.ExecuteCommandAsync("image-events", "open-bucket", Cancel);
        Assert.True(result.Success, result.Message);
        Assert.Contains(key, result.Data!.Value);

        // The links open the objects.
        var link = result.Data.Value.Split('\n').First(line => line.Contains(key, StringComparison.Ordinal)).Split('(', ')')[1];
        using var client = new HttpClient();
        Assert.Equal(System.Net.HttpStatusCode.OK, (await client.GetAsync(new Uri(link), Cancel)).StatusCode);
    }

    [Fact]
    public async Task What_a_dead_letter_queue_holds_is_redriven()
    {
        var app = await fixture.StartAsync();
        const string Name = "caption-dead-letters";
        var queue = await app.Resources.WaitForResourceAsync(Name, change => change.Snapshot.State?.Text == "Empty", Cancel);
        var url = (string)queue.Snapshot.Properties.First(property => property.Name == "aws.sqs.url").Value!;
        using var sqs = new Amazon.SQS.AmazonSQSClient(
            new Amazon.Runtime.BasicAWSCredentials("local", "local-secret"),
            new Amazon.SQS.AmazonSQSConfig
            {
                ServiceURL = Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL"),
                AuthenticationRegion = "us-east-1",
            }
        );

        // What Lambda leaves there: the event, in a record of what became of it.
        const string Failed = """{"version":"1.0","requestPayload":{"Records":[]},"responsePayload":{"errorMessage":"away"}}""";
        await sqs.SendMessageAsync(url, Failed, Cancel);
        await app.Resources.WaitForResourceAsync(Name, change => change.Snapshot.State?.Text == "1 waiting", Cancel);
        var result = await app.Commands.ExecuteCommandAsync(Name, "redrive", Cancel);
        Assert.True(result.Success, result.Message);
        await app.Resources.WaitForResourceAsync(Name, change => change.Snapshot.State?.Text == "Empty", Cancel);
    }
}
