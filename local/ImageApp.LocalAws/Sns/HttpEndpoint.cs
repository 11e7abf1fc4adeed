using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace ImageApp.LocalAws.Sns;

/// <summary>Delivers to web servers by POST (SNS Developer Guide, "Parsing Amazon SNS message formats").</summary>
internal sealed class HttpEndpoint(Envelope envelope, TimeProvider time) : ISubscriptionEndpoint, IDisposable
{
    // SNS gives an endpoint 15 seconds to answer.
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(15) };

    private readonly ConcurrentDictionary<string, DateTimeOffset> _turns = new(StringComparer.Ordinal);

    public string? Action => null;

    public bool Delivers(string protocol) => protocol is "http" or "https";

    public DeliveryPolicy PolicyOf(Topic topic, Subscription subscription) => HttpDeliveryPolicy.Of(topic, subscription).Retry;

    public async Task DeliverAsync(
        Topic topic,
        Subscription subscription,
        Notification notification,
        ActivityContext trace,
        CancellationToken cancellationToken)
    {
        var isRaw = subscription.IsRaw && notification.Type == Notification.NotificationType;
        var policy = HttpDeliveryPolicy.Of(topic, subscription);
        await WaitForTurnAsync(subscription, policy.MaxReceivesPerSecond, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, subscription.Endpoint)
        {
            Content = new StringContent(
                isRaw ? notification.Message : envelope.ForQueueOrHttp(topic, subscription, notification),
                Encoding.UTF8),
        };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(policy.HeaderContentType);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("(Amazon Simple Notification Service Agent)"));
        request.Headers.Add("x-amz-sns-message-type", notification.Type);
        request.Headers.Add("x-amz-sns-message-id", notification.MessageId);
        request.Headers.Add("x-amz-sns-topic-arn", notification.TopicArn);
        if (notification.Type == Notification.NotificationType)
        {
            request.Headers.Add("x-amz-sns-subscription-arn", subscription.Arn);
        }

        if (isRaw)
        {
            request.Headers.Add("x-amz-sns-rawdelivery", "true");
        }

        try
        {
            using var response = await _client.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                // SNS tries again after 5xx and 429; other statuses say that the endpoint does not want the message.
                var isPermanent = (int)response.StatusCode < 500 && response.StatusCode != HttpStatusCode.TooManyRequests;
                throw new DeliveryFailedException($"{subscription.Endpoint} answered {(int)response.StatusCode}.", isPermanent);
            }
        }
        catch (HttpRequestException failure)
        {
            throw new DeliveryFailedException(
                $"{subscription.Endpoint} could not be reached: {failure.Message}",
                isPermanent: false,
                failure);
        }
        catch (TaskCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DeliveryFailedException(
                $"{subscription.Endpoint} did not answer within {_client.Timeout.TotalSeconds} s.",
                isPermanent: false,
                failure);
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Keeps the deliveries of a subscription apart where its rate is limited.</summary>
    private async Task WaitForTurnAsync(Subscription subscription, int? maximumPerSecond, CancellationToken cancellationToken)
    {
        if (maximumPerSecond is not { } rate)
        {
            return;
        }

        var now = time.GetUtcNow();
        var pause = TimeSpan.FromSeconds(1.0 / rate);
        var turn = _turns.AddOrUpdate(subscription.Arn, now, (_, last) => last + pause > now ? last + pause : now);
        if (turn > now)
        {
            await Task.Delay(turn - now, time, cancellationToken);
        }
    }
}
