using ImageApp.FunctionDefaults.Events;

namespace ImageApp.Tests.Functions;

public sealed class S3EventNotificationTests
{
    [Fact]
    public void Keys_are_decoded_as_S3_encodes_them()
    {
        var read = Assert.Single(
            S3EventNotification.Parse(
                """
                {"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-east-1","eventTime":"2026-01-02T03:04:05.678Z","eventName":"ObjectCreated:Put",
                  "s3":{"bucket":{"name":"b","arn":"arn:aws:s3:::b"},"object":{"key":"images/a+b%2Bc%C3%A4.jpg","size":12,"eTag":"e","sequencer":"0055AED6DCD90281E5"}}}]}
                """
            )
        );
        Assert.Equal("images/a b+cä.jpg", read.Key);
        Assert.True(read.IsObjectCreated);
        Assert.Equal(("b", "e", 12L, "0055AED6DCD90281E5"), (read.Bucket, read.ETag, read.Size, read.Sequencer));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), read.EventTime);
    }

    [Fact]
    public void A_test_event_has_no_records() =>
        Assert.Empty(S3EventNotification.Parse("""{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}"""));

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("null", "Records")]
    [InlineData("{}", "Records")]
    [InlineData("""{"Records":[{}]}""", "eventName")]
    [InlineData(
        """{"Records":[{"eventName":"ObjectCreated:Put","eventTime":"2026-01-02T03:04:05Z","s3":{"bucket":{},"object":{"key":"k"}}}]}""",
        "s3.bucket.name"
    )]
    public void Anything_else_is_named(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => S3EventNotification.Parse(text)).Message);
}
