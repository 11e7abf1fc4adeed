using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace ImageApp.Tests.LocalAws.Sns;

public sealed class HttpEndpointTests
{
    private static readonly (string, string) s_fast = (
        "DeliveryPolicy",
        """{"healthyRetryPolicy":{"numRetries":3,"numNoDelayRetries":1,"minDelayTarget":1,"maxDelayTarget":1}}""");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_endpoint_confirms_by_the_link_it_gets_and_then_receives_signed_notifications()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await using var subscriber = await Subscriber.StartAsync();
        var topic = await aws.CreateTopicAsync("images");
        var pending = await aws.SnsAsync("Subscribe", ("TopicArn", topic), ("Protocol", "http"), ("Endpoint", subscriber.Url));
        Assert.Equal("pending confirmation", pending.Descendants("SubscriptionArn").Single().Value);
        await aws.PublishAsync(topic, "nobody gets this");

        var (confirmation, headers) = await subscriber.NextAsync();
        Assert.Equal("SubscriptionConfirmation", headers["x-amz-sns-message-type"]);
        var envelope = JsonNode.Parse(confirmation)!.AsObject();
        Assert.True(await SnsSignature.IsValidAsync(envelope, aws.Http, "SigningCertURL"));
        using (
            var wrong = await aws.Http.GetAsync(
                new Uri(((string)envelope["SubscribeURL"]!).Replace("Token=", "Token=0", StringComparison.Ordinal)),
                Cancelled))
        {
            Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        }

        using (var confirmed = await aws.Http.GetAsync(new Uri((string)envelope["SubscribeURL"]!), Cancelled))
        {
            Assert.Equal(HttpStatusCode.OK, confirmed.StatusCode);
        }

        var subscription = (await aws.SnsAsync("ListSubscriptionsByTopic", ("TopicArn", topic)))
            .Descendants("SubscriptionArn")
            .Single()
            .Value;
        Assert.Equal("false", await AttributeAsync(aws, subscription, "ConfirmationWasAuthenticated"));
        var messageId = await aws.PublishAsync(topic, "hello", ("Subject", "greeting"));
        var (notification, notified) = await subscriber.NextAsync();
        envelope = JsonNode.Parse(notification)!.AsObject();
        Assert.Equal(("hello", "greeting"), ((string?)envelope["Message"], (string?)envelope["Subject"]));
        Assert.True(await SnsSignature.IsValidAsync(envelope, aws.Http, "SigningCertURL"));
        Assert.Equal(
            ("Notification", messageId, topic, subscription),
            (
                notified["x-amz-sns-message-type"],
                notified["x-amz-sns-message-id"],
                notified["x-amz-sns-topic-arn"],
                notified["x-amz-sns-subscription-arn"]));
        Assert.StartsWith("text/plain", notified["Content-Type"], StringComparison.Ordinal);

        await aws.SnsAsync(
            "SetSubscriptionAttributes",
            ("SubscriptionArn", subscription),
            ("AttributeName", "RawMessageDelivery"),
            ("AttributeValue", "true"));
        await aws.PublishAsync(topic, "raw");
        var (raw, rawHeaders) = await subscriber.NextAsync();
        Assert.Equal(("raw", "true"), (raw, rawHeaders["x-amz-sns-rawdelivery"]));

        using var unsubscribed = await aws.Http.GetAsync(new Uri((string)envelope["UnsubscribeURL"]!), Cancelled);
        Assert.Equal(HttpStatusCode.OK, unsubscribed.StatusCode);
        Assert.Empty((await aws.SnsAsync("ListSubscriptionsByTopic", ("TopicArn", topic))).Descendants("member"));
        using var unsigned = await aws.Http.GetAsync(new Uri(aws.Server.Endpoint, "/_sns?Action=DeleteTopic&TopicArn=" + topic), Cancelled);
        Assert.Equal(HttpStatusCode.Forbidden, unsigned.StatusCode);
    }

    [Fact]
    public async Task A_server_error_is_tried_again_until_it_is_over()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await using var subscriber = await Subscriber.StartAsync();
        var topic = await aws.CreateTopicAsync("images");
        await ConfirmAsync(aws, subscriber, topic, s_fast);
        subscriber.Status = HttpStatusCode.ServiceUnavailable;
        await aws.PublishAsync(topic, "hello");
        await subscriber.NextAsync();
        subscriber.Status = HttpStatusCode.OK;
        Assert.Contains("hello", (await subscriber.NextAsync()).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError, 4)]
    [InlineData(HttpStatusCode.NotFound, 1)]
    public async Task What_an_endpoint_does_not_take_goes_to_the_dead_letter_queue(HttpStatusCode status, int attempts)
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await using var subscriber = await Subscriber.StartAsync();
        var topic = await aws.CreateTopicAsync("images");
        var dead = await aws.CreateQueueAsync("dead", ("sns.amazonaws.com", topic));
        await ConfirmAsync(aws, subscriber, topic, s_fast, ("RedrivePolicy", "{\"deadLetterTargetArn\":\"" + aws.QueueArn("dead") + "\"}"));
        subscriber.Status = status;
        await aws.PublishAsync(topic, "unwanted");
        Assert.Equal("unwanted", (string?)JsonNode.Parse((await aws.ReceiveAsync(dead)).Body)!["Message"]);
        Assert.Equal(attempts + 1, subscriber.Count);
        await aws.LoggedAsync(
            $"failed after {attempts} attempts",
            subscriber.Url,
            ((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_delivery_waits_on_disk_while_local_AWS_is_down()
    {
        var folder = Directory.CreateTempSubdirectory("localaws-").FullName;
        try
        {
            await using var subscriber = await Subscriber.StartAsync();
            await using (var first = await LocalAwsInstance.StartAsync(folder: folder))
            {
                var topic = await first.CreateTopicAsync("images");
                await ConfirmAsync(
                    first,
                    subscriber,
                    topic,
                    ("DeliveryPolicy", """{"healthyRetryPolicy":{"numRetries":3,"minDelayTarget":2,"maxDelayTarget":2}}"""));
                subscriber.Status = HttpStatusCode.ServiceUnavailable;
                await first.PublishAsync(topic, "patience");
                await subscriber.NextAsync();
                await first.LoggedAsync("next attempt in");
            }

            subscriber.Status = HttpStatusCode.OK;
            await using var second = await LocalAwsInstance.StartAsync(folder: folder);
            Assert.Contains("patience", (await subscriber.NextAsync()).Body, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_subscription_that_wants_signatures_is_not_ended_by_its_link()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await using var subscriber = await Subscriber.StartAsync();
        var topic = await aws.CreateTopicAsync("images");
        var subscription = await aws.SubscribeAsync(topic, "http", subscriber.Url);
        Assert.Equal("true", await AttributeAsync(aws, subscription, "PendingConfirmation"));
        var token = (string)JsonNode.Parse((await subscriber.NextAsync()).Body)!["Token"]!;
        await aws.SnsAsync("ConfirmSubscription", ("TopicArn", topic), ("Token", token), ("AuthenticateOnUnsubscribe", "true"));
        Assert.Equal("true", await AttributeAsync(aws, subscription, "ConfirmationWasAuthenticated"));
        Assert.Equal("false", await AttributeAsync(aws, subscription, "PendingConfirmation"));
        await aws.PublishAsync(topic, "hello");
        var link = (string)JsonNode.Parse((await subscriber.NextAsync()).Body)!["UnsubscribeURL"]!;
        using var refused = await aws.Http.GetAsync(new Uri(link), Cancelled);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        await aws.SnsAsync("Unsubscribe", ("SubscriptionArn", subscription));
        Assert.Empty((await aws.SnsAsync("ListSubscriptions")).Descendants("member"));
    }

    [Fact]
    public async Task The_policy_in_effect_is_the_subscriptions_or_the_topics_and_is_shown_and_kept()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await using var subscriber = await Subscriber.StartAsync();
        var topic = await aws.CreateTopicAsync("images");
        Assert.Equal(
            """
            {"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,
            "numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false,
            "defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}
            """.ReplaceLineEndings(""),
            (await aws.SnsAsync("GetTopicAttributes", ("TopicArn", topic)))
                .Descendants("entry")
                .Single(entry => entry.Element("key")!.Value == "EffectiveDeliveryPolicy")
                .Element("value")!
                .Value);
        await ConfirmAsync(
            aws,
            subscriber,
            topic,
            ("DeliveryPolicy", """{"healthyRetryPolicy":{"numRetries":7},"requestPolicy":{"headerContentType":"application/json"}}"""));
        var subscription = (await aws.SnsAsync("ListSubscriptions")).Descendants("SubscriptionArn").Single().Value;
        Assert.Equal(
            """
            {"healthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":7,"numMaxDelayRetries":0,"numNoDelayRetries":0,
            "numMinDelayRetries":0,"backoffFunction":"linear"},"sicklyRetryPolicy":null,"throttlePolicy":null,
            "requestPolicy":{"headerContentType":"application/json"},"guaranteed":false}
            """.ReplaceLineEndings(""),
            await AttributeAsync(aws, subscription, "EffectiveDeliveryPolicy"));
        await aws.PublishAsync(topic, "as JSON");
        Assert.Equal("application/json", (await subscriber.NextAsync()).Headers["Content-Type"]);
        await aws.SnsAsync(
            "SetTopicAttributes",
            ("TopicArn", topic),
            ("AttributeName", "DeliveryPolicy"),
            ("AttributeValue", """{"http":{"defaultHealthyRetryPolicy":{"numRetries":5},"disableSubscriptionOverrides":true}}"""));
        var effective = JsonNode.Parse(await AttributeAsync(aws, subscription, "EffectiveDeliveryPolicy"))!;
        Assert.Equal(5, (int)effective["healthyRetryPolicy"]!["numRetries"]!);
        await aws.PublishAsync(topic, "as text");
        Assert.StartsWith("text/plain", (await subscriber.NextAsync()).Headers["Content-Type"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_throttled_endpoint_gets_one_message_after_the_other()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var aws = await LocalAwsInstance.StartAsync(time: time);
        await using var subscriber = await Subscriber.StartAsync();
        var topic = await aws.CreateTopicAsync("images");
        await ConfirmAsync(aws, subscriber, topic, ("DeliveryPolicy", """{"throttlePolicy":{"maxReceivesPerSecond":1}}"""));

        // The confirmation was the first; whenever the clock stands still, so do the deliveries.
        await aws.PublishAsync(topic, "second");
        await aws.PublishAsync(topic, "third");
        await Eventually.HoldsAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return Task.FromResult(subscriber.Count >= 2);
            },
            "the second message");
        var second = time.GetUtcNow();
        await Eventually.HoldsAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return Task.FromResult(subscriber.Count >= 3);
            },
            "the third message");
        Assert.True(time.GetUtcNow() - second >= TimeSpan.FromMilliseconds(500));
    }

    private static async Task<string> AttributeAsync(LocalAwsInstance aws, string subscription, string name) =>
        (await aws.SnsAsync("GetSubscriptionAttributes", ("SubscriptionArn", subscription)))
            .Descendants("entry")
            .Single(entry => entry.Element("key")!.Value == name)
            .Element("value")!
            .Value;

    private static async Task ConfirmAsync(LocalAwsInstance aws, Subscriber subscriber, string topic, params (string, string)[] attributes)
    {
        await aws.SubscribeAsync(topic, "http", subscriber.Url, attributes);
        var token = (string)JsonNode.Parse((await subscriber.NextAsync()).Body)!["Token"]!;
        await aws.SnsAsync("ConfirmSubscription", ("TopicArn", topic), ("Token", token));
    }

    /// <summary>A web server that subscribes.</summary>
    private sealed class Subscriber : IAsyncDisposable
    {
        private readonly WebApplication _application;
        private readonly BlockingCollection<(string Body, IReadOnlyDictionary<string, string> Headers)> _requests = [];
        private int _count;

        private Subscriber(WebApplication application) => _application = application;

        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

        public int Count => _count;

        public string Url => _application.Urls.Single() + "/hook";

        public static async Task<Subscriber> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var application = builder.Build();
            var subscriber = new Subscriber(application);
            application.MapPost("/hook", subscriber.ReceiveAsync);
            await application.StartAsync(Cancelled);
            return subscriber;
        }

        public Task<(string Body, IReadOnlyDictionary<string, string> Headers)> NextAsync() =>
            Task.Run(() =>
                _requests.TryTake(out var request, (int)TimeSpan.FromSeconds(30).TotalMilliseconds, Cancelled)
                    ? request
                    : throw new TimeoutException("No request came."));

        public async ValueTask DisposeAsync()
        {
            await _application.DisposeAsync();
            _requests.Dispose();
        }

        private async Task ReceiveAsync(HttpContext context)
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync(context.RequestAborted);
            context.Response.StatusCode = (int)Status;
            Interlocked.Increment(ref _count);
            _requests.Add(
                (
                    body,
                    context.Request.Headers.ToDictionary(
                        header => header.Key,
                        header => header.Value.ToString(),
                        StringComparer.OrdinalIgnoreCase)));
        }
    }
}
