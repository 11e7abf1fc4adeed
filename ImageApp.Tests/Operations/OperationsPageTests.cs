using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using ImageApp.Tests.Application;
using ImageApp.Tests.Browser;
using Microsoft.Playwright;
using MySqlConnector;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Operations;

/// <summary>The owner's page and its API on the running application: what could not be handled, and that it is handled again.</summary>
public sealed class OperationsPageTests(RunningApplication fixture, Chromium chromium)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_page_says_what_failed_and_why_and_has_one_or_all_handled_again(bool script)
    {
        var app = await fixture.StartAsync();
        using var sqs = Sqs();
        var queue = (await app.VariablesAsync("web"))["AWS__Resources__ThumbnailDeadLetterQueueUrl"]!;
        var (first, second) = (script ? "operetta.jpg" : "opercula.jpg", script ? "operant.jpg" : "operose.jpg");
        var one = await WithoutThumbnailAsync(app, first, script ? 411 : 413);
        var other = await WithoutThumbnailAsync(app, second, script ? 412 : 414);
        await sqs.SendMessageAsync(queue, Record(app, one.Key, "BrokenPipe", "the hard disk of the oracle"), Cancel);
        await sqs.SendMessageAsync(queue, Record(app, other.Key, "BrokenPipe", "the soft disk of the oracle"), Cancel);
        await using var page = await GalleryPage.OpenAsync(
            app, chromium, "/operations", new BrowserNewContextOptions { JavaScriptEnabled = script });
        var section = page.Page.Locator("#thumbnails");
        await Expect(section).ToContainTextAsync("BrokenPipe: the hard disk of the oracle");
        await Expect(section).ToContainTextAsync("Tried 3 times.");
        await Expect(section).ToContainTextAsync("the oldest for");
        await Expect(section.GetByRole(AriaRole.Link, new() { Name = first })).ToHaveAttributeAsync("href", $"/images/{one.Id}");
        if (script)
        {
            await page.AssertAccessibleAsync();
        }

        await section.GetByRole(AriaRole.Button, new() { Name = $"Handle again: {first}" }).ClickAsync();
        await Expect(page.Page.GetByText("1 event sent again.")).ToBeVisibleAsync();
        var handled = await app.WaitForImageAsync(one.Id, image => image["thumbnailUrl"] is not null);
        await Expect(section).Not.ToContainTextAsync("the hard disk");
        await Expect(section).ToContainTextAsync("the soft disk");

        // The caption was there; nobody was asked for it again.
        Assert.Equal(one.CaptionGeneratedAt, (string?)handled["captionGeneratedAt"]);

        await section.GetByRole(AriaRole.Button, new() { Name = "Handle all again" }).ClickAsync();
        await Expect(page.Page.GetByText("sent again.")).ToBeVisibleAsync();
        await app.WaitForImageAsync(other.Id, image => image["thumbnailUrl"] is not null);
        await Expect(section).Not.ToContainTextAsync("the soft disk");
    }

    [Fact]
    public async Task What_is_no_event_is_shown_and_discarded_and_an_event_of_a_picture_that_is_gone_just_leaves()
    {
        var app = await fixture.StartAsync();
        using var sqs = Sqs();
        var queue = (await app.VariablesAsync("web"))["AWS__Resources__ThumbnailDeadLetterQueueUrl"]!;
        var strange = (await sqs.SendMessageAsync(queue, "a message from <b>outer space</b>", Cancel)).MessageId;
        var gone = (await sqs.SendMessageAsync(queue, Record(app, "images/never-there.jpg", "X", "y"), Cancel)).MessageId;
        var list = await ListAsync(app);
        Assert.Equal("a message from <b>outer space</b>", (string?)Message(list, strange)["text"]);
        Assert.Equal("images/never-there.jpg", (string?)Message(list, gone)["objects"]![0]!["key"]);
        Assert.Equal("X: y", (string?)Message(list, gone)["reason"]);
        Assert.InRange((int)list["depth"]!, 2, int.MaxValue);
        Assert.NotNull(list["oldest"]);
        await using (var page = await GalleryPage.OpenAsync(
            app, chromium, "/operations", new BrowserNewContextOptions { JavaScriptEnabled = false }))
        {
            await Expect(page.Page.Locator("#thumbnails")).ToContainTextAsync("a message from <b>outer space</b>");
        }

        using var redriven = await app.Web.PostAsync($"/api/operations/queues/thumbnails/messages/{gone}/redrive", null, Cancel);
        var result = (await redriven.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        Assert.Equal((0, 1, 0), ((int)result["sent"]!, (int)result["gone"]!, (int)result["unreadable"]!));
        using var refused = await app.Web.PostAsync($"/api/operations/queues/thumbnails/messages/{strange}/redrive", null, Cancel);
        Assert.Equal(1, (int)(await refused.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["unreadable"]!);
        using var discarded = await app.Web.DeleteAsync($"/api/operations/queues/thumbnails/messages/{strange}", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, discarded.StatusCode);
        using var again = await app.Web.DeleteAsync($"/api/operations/queues/thumbnails/messages/{strange}", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        using var nowhere = await app.Web.PostAsync("/api/operations/queues/nothing/redrive", null, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, nowhere.StatusCode);
        Assert.Contains("captions and thumbnails", await nowhere.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task A_message_move_task_has_the_function_handle_the_event_again()
    {
        var app = await fixture.StartAsync();
        using var sqs = Sqs();
        var queue = (await app.VariablesAsync("web"))["AWS__Resources__ThumbnailDeadLetterQueueUrl"]!;
        var (id, key, _) = await WithoutThumbnailAsync(app, "operculum.jpg", 415);
        await sqs.SendMessageAsync(queue, Record(app, key, "Broken", "moved"), Cancel);
        var arn = (await sqs.GetQueueAttributesAsync(queue, ["QueueArn"], Cancel)).QueueARN;
        await Eventually.HoldsAsync(
            async () =>
            {
                // Another test's look may just have the message.
                await sqs.StartMessageMoveTaskAsync(new StartMessageMoveTaskRequest { SourceArn = arn }, Cancel);
                var image = (await app.Web.GetFromJsonAsync<JsonObject>($"/api/images/{id}", Cancel))!;
                return image["thumbnailUrl"] is not null;
            },
            "the thumbnail");
    }

    private static AmazonSQSClient Sqs() =>
        new(
            new BasicAWSCredentials("local", "local-secret"),
            new AmazonSQSConfig { ServiceURL = Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL"), AuthenticationRegion = "us-east-1" }
        );

    private static async Task<JsonObject> ListAsync(RunningApplication app) =>
        (await app.Web.GetFromJsonAsync<JsonObject>("/api/operations/queues", Cancel))!["queues"]!
            .AsArray()
            .Single(queue => (string?)queue!["name"] == "thumbnails")!
            .AsObject();

    private static JsonObject Message(JsonObject queue, string id) =>
        queue["messages"]!.AsArray().Single(message => (string?)message!["id"] == id)!.AsObject();

    /// <summary>As if the thumbnail function had failed: uploads a picture, waits for it, and takes its thumbnail out of the row.</summary>
    private static async Task<(long Id, string Key, string? CaptionGeneratedAt)> WithoutThumbnailAsync(
        RunningApplication app, string name, int width)
    {
        var id = await GalleryPage.UploadAsync(app, name, TestImages.Jpeg(width, 300));
        var image = (await app.Web.GetFromJsonAsync<JsonObject>($"/api/images/{id}", Cancel))!;
        await using var connection = new MySqlConnection((await app.VariablesAsync("web"))["ConnectionStrings__imagedb"]);
        await connection.OpenAsync(Cancel);
        await using var command = new MySqlCommand(
            "UPDATE captions SET thumbnail_key = NULL, thumbnail_generated_at = NULL WHERE id = @id",
            connection);
        command.Parameters.AddWithValue("@id", id);
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Cancel));
        return (id, (string)image["key"]!, (string?)image["captionGeneratedAt"]);
    }

    private static string Record(RunningApplication app, string key, string type, string message)
    {
        var happened = new JsonObject
        {
            ["Records"] = new JsonArray(
                new JsonObject
                {
                    ["eventName"] = "ObjectCreated:Put",
                    ["s3"] = new JsonObject
                    {
                        ["bucket"] = new JsonObject { ["name"] = app.BucketName },
                        ["object"] = new JsonObject { ["key"] = Uri.EscapeDataString(key) },
                    },
                }),
        };
        return new JsonObject
        {
            ["version"] = "1.0",
            ["requestContext"] = new JsonObject
            {
                ["functionArn"] = "arn:aws:lambda:us-east-1:000000000000:function:ThumbnailFunction:$LATEST",
                ["condition"] = "RetriesExhausted",
                ["approximateInvokeCount"] = 3,
            },
            ["requestPayload"] = new JsonObject
            {
                ["Records"] = new JsonArray(
                    new JsonObject { ["Sns"] = new JsonObject { ["Message"] = happened.ToJsonString() } }),
            },
            ["responsePayload"] = new JsonObject { ["errorType"] = type, ["errorMessage"] = message },
        }.ToJsonString();
    }
}
