using System.Globalization;
using ImageApp.CaptionFunction.Provider;

namespace ImageApp.Tests.Captions;

/// <summary>The wait that a provider asks for, wherever it says it.</summary>
public sealed class ProviderWaitTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(20, "", "Retry-After", "20")]
    [InlineData(1.5, "", "Retry-After", "1.5")]
    [InlineData(90, "", "Retry-After", "Wed, 04 Mar 2026 10:01:30 GMT")]
    [InlineData(0, "", "Retry-After", "Wed, 04 Mar 2026 09:00:00 GMT")]
    [InlineData(86400, "", "Retry-After", "99999999999")]
    [InlineData(1.25, "", "retry-after-ms", "1250")]
    [InlineData(37, """[{"error":{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"37s"}]}}]""")]
    [InlineData(12.418, """{"error":{"message":"{\n \"retryDelay\": \"12.418s\" }"}}""")]
    [InlineData(20, """{"error":{"message":"Rate limit reached. Limit: 3 / min. Please try again in 20s."}}""")]
    [InlineData(578.016, """{"error":{"message":"on tokens per day (TPD): Limit 100000, Used 97050. Please try again in 9m38.016s."}}""")]
    [InlineData(0.006, """{"error":{"message":"Please try again in 6ms."}}""")]
    [InlineData(3723, """{"error":{"message":"Please retry after 1 hour, 2 minutes and 3 seconds."}}""")]
    [InlineData(12.4, """{"error":{"message":"You exceeded your current quota. Please retry in 12.4s."}}""")]
    [InlineData(30, """{"error":{"message":"Slow down","retry_after":30}}""")]
    [InlineData(0.5, """{"error":{"message":"Slow down","retry_after_ms":500}}""")]
    [InlineData(37, """{"error":{"details":[{"retryDelay":"37s"}]}}""", "Retry-After", "1")]
    [InlineData(6, "", "x-ratelimit-reset-requests", "6s", "x-ratelimit-remaining-requests", "0")]
    [InlineData(360, "", "x-ratelimit-reset-tokens", "6m0s", "x-ratelimit-remaining-tokens", "0",
        "x-ratelimit-reset-requests", "9h", "x-ratelimit-remaining-requests", "12")]
    [InlineData(60, "", "anthropic-ratelimit-requests-reset", "2026-03-04T10:01:00Z", "anthropic-ratelimit-requests-remaining", "0")]
    [InlineData(10, "", "X-RateLimit-Reset", "1772618410000", "X-RateLimit-Remaining", "0")]
    [InlineData(10, "", "X-RateLimit-Reset", "1772618410")]
    [InlineData(10, """{"error":{"metadata":{"headers":{"X-RateLimit-Limit":"20","X-RateLimit-Reset":"1772618410000"}}}}""")]
    public void A_wait_is_read(double seconds, string body, params string[] headers) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ProviderWait.Read(Headers(headers), body, Now)!.Value);

    [Theory]
    [InlineData("", "Retry-After", "soon")]
    [InlineData("", "Retry-After", "")]
    [InlineData("", "Retry-After", "-5")]
    [InlineData("""{"error":{"message":"Try again later."}}""")]
    [InlineData("""{"error":{"message":"Limit 20 a minute"}}""")]
    [InlineData("", "x-ratelimit-reset-requests", "6s", "x-ratelimit-remaining-requests", "3")]
    public void No_wait_is_invented(string body, params string[] headers) => Assert.Null(ProviderWait.Read(Headers(headers), body, Now));

    private static System.Net.Http.Headers.HttpResponseHeaders Headers(string[] pairs)
    {
        var response = new HttpResponseMessage();
        for (var i = 0; i + 1 < pairs.Length; i += 2)
        {
            Assert.True(response.Headers.TryAddWithoutValidation(pairs[i], pairs[i + 1]), CultureInfo.InvariantCulture.Name);
        }

        return response.Headers;
    }
}
