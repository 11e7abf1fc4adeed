using Amazon.SQS.Model;
using ImageApp.Web.Operations;

namespace ImageApp.Tests.Operations;

/// <summary>What is read from the messages that Lambda and SNS leave in dead-letter queues.</summary>
public sealed class DeadLetterTests
{
    private const string Event =
        """{\"Records\":[{\"eventName\":\"ObjectCreated:Put\",\"s3\":{\"object\":{\"key\":\"images/a+b%C3%A4.jpg\"}}}]}""";

    [Fact]
    public void A_destinations_record_says_which_picture_why_and_how_often()
    {
        var letter = Read(
            $$$"""
            {"version":"1.0","requestContext":{"functionArn":"f","condition":"RetriesExhausted","approximateInvokeCount":3},
             "requestPayload":{"Records":[{"Sns":{"Message":"{{{Event}}}"}}]},
             "responsePayload":{"errorType":"DatabaseAway","errorMessage":"no route to host"}}
            """);
        Assert.Equal([new DeadLetterObject("images/a bä.jpg", IsRemoval: false)], letter.Objects);
        Assert.Equal(("DatabaseAway: no route to host", 3, null), (letter.Reason, letter.Attempts, letter.Text));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000), letter.SentAt);
    }

    [Theory]
    [InlineData("EventAgeExceeded", "It waited too long for a function that could take it.")]
    [InlineData("RetriesExhausted", "Every attempt failed.")]
    public void A_record_without_an_answer_says_its_condition_in_words(string condition, string reason) =>
        Assert.Equal(reason, Read($$$"""{"requestContext":{"condition":"{{{condition}}}"},"requestPayload":{"Records":[]}}""").Reason);

    [Fact]
    public void A_notification_that_was_not_delivered_says_which_picture_and_what_SNS_says()
    {
        var removal = Event.Replace("ObjectCreated:Put", "ObjectRemoved:Delete", StringComparison.Ordinal);
        var letter = Read($$$"""{"Type":"Notification","Message":"{{{removal}}}"}""", ("ERROR_MESSAGE", "The function is throttled"));
        Assert.Equal([new DeadLetterObject("images/a bä.jpg", IsRemoval: true)], letter.Objects);
        Assert.Equal("The function is throttled", letter.Reason);
    }

    [Fact]
    public void A_payload_as_Lambdas_own_dead_letter_queue_has_it_is_read_too()
    {
        var letter = Read($$$"""{"Records":[{"Sns":{"Message":"{{{Event}}}"}}]}""", ("ErrorMessage", "Task timed out"));
        Assert.Equal("images/a bä.jpg", Assert.Single(letter.Objects).Key);
        Assert.Equal("Task timed out", letter.Reason);
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("""{"Records":7}""")]
    [InlineData("""{"Records":[7,null,{"Sns":7},{"Sns":{"Message":7}},{"Sns":{"Message":"x"}}]}""")]
    [InlineData("""{"Type":"Notification","Message":"{\"Records\":[{\"s3\":7}]}"}""")]
    [InlineData("""{"requestPayload":7,"responsePayload":7,"requestContext":7}""")]
    [InlineData("""{"requestPayload":{},"responsePayload":{"errorType":7},"requestContext":{"approximateInvokeCount":"x"}}""")]
    public void Anything_else_is_shown_as_it_is(string body)
    {
        var letter = Read(body);
        Assert.Empty(letter.Objects);
        Assert.Equal((body, "The message does not say why.", null), (letter.Text, letter.Reason, letter.Attempts));
    }

    [Fact]
    public void A_queues_address_that_is_none_is_refused_by_name()
    {
        var problem = Assert.Throws<ArgumentException>(() =>
            new DeadLetterOptions { CaptionDeadLetterQueueUrl = "queue" }.Validated());
        Assert.Contains("AWS:Resources:CaptionDeadLetterQueueUrl", problem.Message, StringComparison.Ordinal);
        Assert.Equal(
            ["thumbnails"],
            new DeadLetterOptions { ThumbnailDeadLetterQueueUrl = "https://sqs.eu-west-1.amazonaws.com/1/q" }
                .Validated()
                .Queues.Select(queue => queue.Name));
    }

    private static DeadLetter Read(string body, params (string Name, string Value)[] attributes) =>
        DeadLetter.Read(
            new Message
            {
                MessageId = "m-1",
                Body = body,
                Attributes = new Dictionary<string, string> { ["SentTimestamp"] = "1700000000000" },
                MessageAttributes = attributes.ToDictionary(
                    attribute => attribute.Name,
                    attribute => new MessageAttributeValue { DataType = "String", StringValue = attribute.Value }),
            });
}
