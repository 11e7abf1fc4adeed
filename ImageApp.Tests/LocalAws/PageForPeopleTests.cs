using System.Net;
using Amazon.S3.Model;
using Amazon.SQS.Model;
using ImageApp.LocalAws.Lambda;

namespace ImageApp.Tests.LocalAws;

/// <summary>The pages that a person opens in a browser: what they show, to whom, and that programs get what they got before.</summary>
public sealed class PageForPeopleTests : IAsyncLifetime
{
    private LocalAwsInstance _aws = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _aws = await LocalAwsInstance.StartAsync(options => options.Functions.Add(new FunctionRegistration("resize") { MemorySize = 777 }));

    public ValueTask DisposeAsync() => _aws.DisposeAsync();

    [Fact]
    public async Task A_browser_gets_the_page_and_a_program_what_it_got_before()
    {
        var page = await OpenAsync("/");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.StartsWith("<!DOCTYPE html>", page.Body, StringComparison.Ordinal);
        foreach (var program in new[] { "*/*", "application/xml", "" })
        {
            var (status, body) = await GetAsync("/", ("Accept", program));
            Assert.Equal(HttpStatusCode.Forbidden, status);
            Assert.Contains("<Code>AccessDenied</Code>", body, StringComparison.Ordinal);
        }

        await _aws.CreateBucketAsync();
        Assert.Single((await _aws.S3.ListBucketsAsync(Cancelled)).Buckets);
        var presigned = await _aws.S3.GetPreSignedURLAsync(
            new GetPreSignedUrlRequest
            {
                BucketName = "none",
                Key = "x",
                Expires = DateTime.UtcNow.AddMinutes(5),
                Protocol = Amazon.S3.Protocol.HTTP,
            });
        Assert.Contains("NoSuchBucket", (await OpenAsync(new Uri(presigned).PathAndQuery)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_there_is_and_each_events_way_is_shown()
    {
        const string Key = "2026/<b>lake</b> & dawn.jpg";
        var topic = await _aws.CreateTopicAsync("image-events");
        await _aws.SnsAsync(
            "SetTopicAttributes",
            ("TopicArn", topic),
            ("AttributeName", "Policy"),
            ("AttributeValue",
                LocalAwsInstance.Policy(LocalAwsInstance.Statement("s3.amazonaws.com", "sns:Publish", topic, "arn:aws:s3:::photos"))));
        await _aws.CreateQueueAsync("work", ("sns.amazonaws.com", topic));
        await _aws.CreateQueueAsync("closed");
        await _aws.SubscribeAsync(topic, "sqs", _aws.QueueArn("work"));
        await _aws.SubscribeAsync(topic, "sqs", _aws.QueueArn("closed"));
        await _aws.SubscribeAsync(topic, "lambda", _aws.FunctionArn("resize"));
        await _aws.AddPermissionAsync("resize", topic);
        await _aws.CloudFormation.CreateAsync(
            "my-stack",
            "Resources: { Q: { Type: AWS::SQS::Queue, Properties: { QueueName: stacked } } }");
        await _aws.CloudFormation.SettledAsync("my-stack", "CREATE_COMPLETE");
        await _aws.S3.PutBucketAsync("photos", Cancelled);
        await _aws.S3.PutBucketNotificationAsync(
            new PutBucketNotificationRequest
            {
                BucketName = "photos",
                TopicConfigurations = [new TopicConfiguration { Topic = topic, Events = ["s3:ObjectCreated:*"] }],
            },
            Cancelled);
        await _aws.S3.PutObjectAsync(
            new PutObjectRequest { BucketName = "photos", Key = Key, ContentBody = new string('x', 3000) },
            Cancelled);
        var body = "";
        await Eventually.HoldsAsync(
            async () => Shows(
                body = (await OpenAsync("/")).Body,
                "ObjectCreated:Put 2026/&lt;b&gt;lake&lt;/b&gt; &amp; dawn.jpg",
                "failed</span> topic image-events → queue <a href=\"/_local/queues/closed\">closed</a>",
                "done</span> topic image-events → queue <a href=\"/_local/queues/work\">work</a>",
                "waiting</span> function resize runs"),
            () => body);
        Assert.DoesNotContain("<b>", body, StringComparison.Ordinal);
        Assert.True(
            Shows(body, "has no statement that allows Principal", "2.9 KB", "777 MB", "CREATE_COMPLETE", "my-stack", "stacked"),
            body);

        // Both notifications: the bucket's test event, and the object's.
        await _aws.Runtime("resize").ServeAsync("1");
        await _aws.Runtime("resize").ServeAsync("1");
        await Eventually.HoldsAsync(
            async () => Shows(body = (await OpenAsync("/")).Body, "done</span> function resize runs"),
            () => body);
        Assert.True(Shows((await OpenAsync("/_local/buckets/photos")).Body, "2026/&lt;b&gt;lake&lt;/b&gt; &amp; dawn.jpg"));
    }

    [Fact]
    public async Task Looking_at_a_queue_receives_nothing()
    {
        var url = await _aws.CreateQueueAsync("work");
        await _aws.Sqs.SendMessageAsync(
            new SendMessageRequest
            {
                QueueUrl = url,
                MessageBody = "<script>alert(1)</script>",
                MessageAttributes = new() { ["kind"] = new() { DataType = "String", StringValue = "\"odd\"" } },
            },
            Cancelled);
        for (var i = 0; i < 3; i++)
        {
            var (_, body) = await OpenAsync("/_local/queues/work");
            Assert.True(Shows(body, "&lt;script&gt;alert(1)&lt;/script&gt;", "received 0 times", "waiting", "&quot;odd&quot;"), body);
            Assert.DoesNotContain("<script", body, StringComparison.Ordinal);
        }

        Assert.Equal(
            "1",
            (await _aws.Sqs.ReceiveMessageAsync(
                new ReceiveMessageRequest { QueueUrl = url, MessageSystemAttributeNames = ["ApproximateReceiveCount"] },
                Cancelled)).Messages.Single().Attributes["ApproximateReceiveCount"]);
        Assert.True(Shows((await OpenAsync("/_local/queues/work")).Body, "in flight for", "received 1 times"));
    }

    [Fact]
    public async Task No_page_of_another_site_gets_or_frames_it()
    {
        foreach (var path in new[] { "/", "/_local/", "/_local/queues/x", "/_local/style.css" })
        {
            foreach (var site in new[] { "cross-site", "same-site" })
            {
                var (status, body) = await GetAsync(
                    path, ("Accept", "text/html"), ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "iframe"));
                Assert.Equal(HttpStatusCode.Forbidden, status);
                Assert.Contains("a web page made it", body, StringComparison.Ordinal);
            }

            Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(path, ("Accept", "text/html"), ("Origin", "http://evil.test"))).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(path, ("Accept", "text/html"), ("Host", "evil.test"))).Status);
        }

        // A link that a person clicks, and the pages' own.
        var clicked = await GetAsync(
            "/", ("Accept", "text/html"), ("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Dest", "document"), ("Sec-Fetch-User", "?1"));
        Assert.Equal(HttpStatusCode.OK, clicked.Status);
        Assert.Equal(
            HttpStatusCode.OK,
            (await GetAsync("/_local/style.css", ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Dest", "style"))).Status);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Accept", "text/html");
        using var answer = await _aws.Http.SendAsync(request, Cancelled);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_and_nothing_can_be_sent()
    {
        foreach (var path in new[] { "/_local/buckets/none", "/_local/queues/none", "/_local/other", "/_local/buckets", "/_local/<b>" })
        {
            var (status, body) = await OpenAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, status);
            Assert.DoesNotContain("<b>", body, StringComparison.Ordinal);
        }

        using var answer = await _aws.Http.PostAsync("/_local/queues/none", null, Cancelled);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/_local/health")).Status);
    }

    private static bool Shows(string body, params string[] parts) =>
        Array.TrueForAll(parts, part => body.Contains(part, StringComparison.Ordinal));

    private Task<(HttpStatusCode Status, string Body)> OpenAsync(string path) => GetAsync(
        path,
        ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
        ("Sec-Fetch-Site", "none"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-Dest", "document"),
        ("Sec-Fetch-User", "?1"));

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers.Where(header => header.Value.Length > 0))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await _aws.Http.SendAsync(request, Cancelled);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancelled));
    }
}
