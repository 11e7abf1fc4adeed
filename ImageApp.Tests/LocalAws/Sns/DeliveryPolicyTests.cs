using ImageApp.LocalAws;
using ImageApp.LocalAws.Sns;

namespace ImageApp.Tests.LocalAws.Sns;

public sealed class DeliveryPolicyTests
{
    [Theory]
    [InlineData("linear", new[] { 0, 2, 4, 6, 8, 10, 10 })]
    [InlineData("exponential", new[] { 0, 2, 2, 4, 8, 10, 10 })]
    public void Retries_come_without_delay_then_with_the_least_then_with_growing_ones(string function, int[] seconds)
    {
        var policy = HttpDeliveryPolicy.ParseSubscriptions(
            $$$"""
            {"healthyRetryPolicy":{"numRetries":7,"numNoDelayRetries":1,"numMinDelayRetries":1,"numMaxDelayRetries":1,
            "minDelayTarget":2,"maxDelayTarget":10,"backoffFunction":"{{{function}}}"}}
            """).Retry;
        Assert.Equal(seconds, Enumerable.Range(1, 7).Select(retry => (int)policy.DelayBefore(retry)!.Value.TotalSeconds));
        Assert.Null(policy.DelayBefore(8));
    }

    [Fact]
    public void What_an_earlier_version_accepted_holds_as_far_as_it_is_understood()
    {
        const string Json = """
            {"healthyRetryPolicy":{"numRetries":7,"colour":1},"throttlePolicy":{"maxReceivesPerSecond":"many"},"colour":1,
            "requestPolicy":{"headerContentType":"x/y"}}
            """;
        Assert.Throws<AwsServiceException>(() => HttpDeliveryPolicy.ParseSubscriptions(Json));
        var policy = HttpDeliveryPolicy.ParseSubscriptions(Json, isStored: true);
        Assert.Equal(
            (7, null, "text/plain; charset=UTF-8"),
            (policy.Retry.NumRetries, policy.MaxReceivesPerSecond, policy.HeaderContentType));
    }

    [Theory]
    [InlineData("[]", "object")]
    [InlineData("{", "failed to parse JSON")]
    [InlineData("{}", "http")]
    [InlineData("""{"http":{},"x":1}""", "Unexpected JSON member: x")]
    [InlineData("""{"http":{"defaultHealthyRetryPolicy":[]}}""", "must be an object")]
    [InlineData("""{"http":{"disableSubscriptionOverrides":"yes"}}""", "true and false")]
    [InlineData("""{"http":{"defaultRequestPolicy":{"headerContentType":"text/plain\nx: y"}}}""", "headerContentType")]
    public void A_topics_policy_that_cannot_be_is_refused_by_what_is_wrong(string json, string named)
    {
        var failure = Assert.Throws<AwsServiceException>(() => HttpDeliveryPolicy.ParseTopics(json));
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Endpoints_of_AWS_itself_are_tried_again_for_23_days()
    {
        var total = Enumerable
            .Range(1, 100_015)
            .Aggregate(TimeSpan.Zero, (sum, retry) => sum + DeliveryPolicy.Managed.DelayBefore(retry)!.Value);
        Assert.Equal(23, (int)total.TotalDays);
        Assert.Null(DeliveryPolicy.Managed.DelayBefore(100_016));
    }
}
