using Amazon.SQS.Model;
using ImageApp.LocalAws.Lambda;
using Microsoft.Playwright;

namespace ImageApp.Tests.Browser;

/// <summary>Local AWS's pages in a real browser: by keyboard, in both colour schemes, and without a fault that axe knows.</summary>
public sealed class LocalAwsPageTests(Chromium chromium)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 320)]
    public async Task The_pages_are_accessible_and_load_nothing_that_their_policy_refuses(ColorScheme scheme, int width)
    {
        await using var aws = await LocalAwsInstance.StartAsync(options => options.Functions.Add(new FunctionRegistration("resize")));
        var bucket = await aws.CreateBucketAsync();
        await aws.S3.PutObjectAsync(new() { BucketName = bucket, Key = new string('k', 300), ContentBody = "x" }, Cancelled);
        var url = await aws.CreateQueueAsync("work");
        await aws.Sqs.SendMessageAsync(new SendMessageRequest(url, new string('m', 5000)), Cancelled);
        var topic = await aws.CreateTopicAsync("news");
        await aws.SubscribeAsync(topic, "sqs", aws.QueueArn("work"));
        await aws.PublishAsync(topic, "hello");
        await aws.CloudFormation.CreateAsync("stack", "Resources: { Q: { Type: AWS::SQS::Queue, Properties: { QueueName: work } } }");
        await aws.CloudFormation.SettledAsync("stack", "ROLLBACK_COMPLETE");

        await using var context = await chromium.OpenAsync(
            new BrowserNewContextOptions { ColorScheme = scheme, ViewportSize = new ViewportSize { Width = width, Height = 800 } });
        var page = await context.NewPageAsync();
        var complaints = new List<string>();
        page.Console += (_, message) => complaints.Add(message.Text);
        page.RequestFailed += (_, request) => complaints.Add(request.Url);
        await page.GotoAsync(aws.Server.Endpoint.ToString());
        await AssertWellAsync();

        // With the keyboard alone to the queue, and back.
        await page.GetByRole(AriaRole.Link, new() { Name = "work", Exact = true }).First.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Queue work" })).ToBeVisibleAsync();
        await AssertWellAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Overview" }).PressAsync("Enter");
        await page.GetByRole(AriaRole.Link, new() { Name = bucket }).PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Bucket " + bucket })).ToBeVisibleAsync();
        await AssertWellAsync();
        Assert.Empty(complaints);

        async Task AssertWellAsync()
        {
            await GalleryPage.AssertAccessibleAsync(page);
            Assert.True(
                await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"),
                "The page is wider than the window.");
        }
    }
}
