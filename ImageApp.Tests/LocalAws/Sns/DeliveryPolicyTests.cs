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
    public void Endpoints_of_AWS_itself_are_tried_again_for_23_days()
    {
        var total = Enumerable
            .Range(1, 100_015)
            .Aggregate(TimeSpan.Zero, (sum, retry) => sum + DeliveryPolicy.Managed.DelayBefore(retry)!.Value);
        Assert.Equal(23, (int)total.TotalDays);
        Assert.Null(DeliveryPolicy.Managed.DelayBefore(100_016));
    }
}
