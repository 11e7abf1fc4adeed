using System.Net;
using System.Xml.Linq;
using Amazon.SQS.Model;

namespace ImageApp.Tests.LocalAws.Sqs;

/// <summary>The protocol that SDKs spoke before the JSON one, on the wire.</summary>
public sealed class QueryProtocolTests
{
    private static readonly XNamespace s_namespace = "http://queue.amazonaws.com/doc/2012-11-05/";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_goes_in_by_the_one_protocol_and_out_by_the_other()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var created = await SucceedAsync(
            aws,
            "/",
            "CreateQueue",
            ("QueueName", "work"),
            ("Attribute.1.Name", "VisibilityTimeout"),
            ("Attribute.1.Value", "7"),
            ("Tag.1.Key", "team"),
            ("Tag.1.Value", "images"));
        Assert.Equal("CreateQueueResponse", created.Name.LocalName);
        Assert.Equal(36, created.Element(s_namespace + "ResponseMetadata")!.Element(s_namespace + "RequestId")!.Value.Length);
        var url = Value(created, "QueueUrl");
        Assert.Equal("7", (await aws.Sqs.GetQueueAttributesAsync(url, ["VisibilityTimeout"], Cancelled)).Attributes["VisibilityTimeout"]);
        Assert.Equal("images", (await aws.Sqs.ListQueueTagsAsync(new ListQueueTagsRequest { QueueUrl = url }, Cancelled)).Tags["team"]);

        // Text that XML would change, and attributes of each kind; older SDKs send to the queue's own path.
        const string Body = "a\r\nb\rc <&> \U0001F600";
        var sent = await SucceedAsync(
            aws,
            new Uri(url).AbsolutePath,
            "SendMessage",
            ("MessageBody", Body),
            ("MessageAttribute.1.Name", "text"),
            ("MessageAttribute.1.Value.DataType", "String"),
            ("MessageAttribute.1.Value.StringValue", "v"),
            ("MessageAttribute.2.Name", "bytes"),
            ("MessageAttribute.2.Value.DataType", "Binary"),
            ("MessageAttribute.2.Value.BinaryValue", "AP8="),
            ("MessageSystemAttribute.1.Name", "AWSTraceHeader"),
            ("MessageSystemAttribute.1.Value.DataType", "String"),
            ("MessageSystemAttribute.1.Value.StringValue", "Root=1-2-3"));
        var bySdk = (
            await aws.Sqs.ReceiveMessageAsync(
                new ReceiveMessageRequest
                {
                    QueueUrl = url,
                    VisibilityTimeout = 0,
                    MessageAttributeNames = ["All"],
                    MessageSystemAttributeNames = ["All"],
                },
                Cancelled)
        ).Messages.Single();
        Assert.Equal((Body, "Root=1-2-3"), (bySdk.Body, bySdk.Attributes["AWSTraceHeader"]));
        Assert.Equal(
            (Value(sent, "MessageId"), Value(sent, "MD5OfMessageBody"), Value(sent, "MD5OfMessageAttributes")),
            (bySdk.MessageId, bySdk.MD5OfBody, bySdk.MD5OfMessageAttributes));

        var received = (await SucceedAsync(
            aws,
            "/",
            "ReceiveMessage",
            ("QueueUrl", url),
            ("MaxNumberOfMessages", "10"),
            ("AttributeName.1", "All"),
            ("MessageAttributeName.1", "text"),
            ("MessageAttributeName.2", "bytes")))
            .Descendants(s_namespace + "Message")
            .Single();
        Assert.Equal(Body, Value(received, "Body"));
        Assert.Equal("2", Named(received, "Attribute", "ApproximateReceiveCount").Element(s_namespace + "Value")!.Value);
        Assert.Equal("AP8=", Value(Named(received, "MessageAttribute", "bytes"), "BinaryValue"));
        Assert.Equal("v", Value(Named(received, "MessageAttribute", "text"), "StringValue"));
        var deleted = await SucceedAsync(aws, "/", "DeleteMessage", ("QueueUrl", url), ("ReceiptHandle", Value(received, "ReceiptHandle")));
        Assert.Equal(["ResponseMetadata"], deleted.Elements().Select(element => element.Name.LocalName));
        Assert.Empty((await SucceedAsync(aws, "/", "ReceiveMessage", ("QueueUrl", url))).Descendants(s_namespace + "Message"));
    }

    [Fact]
    public async Task Batches_lists_and_maps_are_flat()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateQueueAsync("work");
        const string Entry = "SendMessageBatchRequestEntry.";
        var sent = await SucceedAsync(
            aws,
            "/",
            "SendMessageBatch",
            ("QueueUrl", url),
            (Entry + "1.Id", "good"),
            (Entry + "1.MessageBody", "x"),
            (Entry + "1.MessageAttribute.1.Name", "n"),
            (Entry + "1.MessageAttribute.1.Value.DataType", "Number"),
            (Entry + "1.MessageAttribute.1.Value.StringValue", "5"),
            (Entry + "2.Id", "bad"),
            (Entry + "2.MessageBody", "y"),
            (Entry + "2.DelaySeconds", "901"));
        var good = sent.Descendants(s_namespace + "SendMessageBatchResultEntry").Single();
        Assert.Equal(("good", 32), (Value(good, "Id"), Value(good, "MD5OfMessageAttributes").Length));
        var bad = sent.Descendants(s_namespace + "BatchResultErrorEntry").Single();
        Assert.Equal(
            ("bad", "InvalidParameterValue", "true"),
            (Value(bad, "Id"), Value(bad, "Code"), Value(bad, "SenderFault")));

        await SucceedAsync(
            aws,
            "/",
            "AddPermission",
            ("QueueUrl", url),
            ("Label", "friends"),
            ("AWSAccountId.1", "111122223333"),
            ("ActionName.1", "SendMessage"));
        await SucceedAsync(
            aws,
            "/",
            "SetQueueAttributes",
            ("QueueUrl", url),
            ("Attribute.1.Name", "DelaySeconds"),
            ("Attribute.1.Value", "3"));
        var attributes = await SucceedAsync(
            aws,
            "/",
            "GetQueueAttributes",
            ("QueueUrl", url),
            ("AttributeName.1", "DelaySeconds"),
            ("AttributeName.2", "Policy"));
        Assert.Equal("3", Value(Named(attributes, "Attribute", "DelaySeconds"), "Value"));
        Assert.Contains("friends", Value(Named(attributes, "Attribute", "Policy"), "Value"), StringComparison.Ordinal);
        await SucceedAsync(
            aws,
            "/",
            "TagQueue",
            ("QueueUrl", url),
            ("Tag.1.Key", "a"),
            ("Tag.1.Value", "1"),
            ("Tag.2.Key", "b"),
            ("Tag.2.Value", "2"));
        await SucceedAsync(aws, "/", "UntagQueue", ("QueueUrl", url), ("TagKey.1", "a"));
        var tag = (await SucceedAsync(aws, "/", "ListQueueTags", ("QueueUrl", url))).Descendants(s_namespace + "Tag").Single();
        Assert.Equal(("b", "2"), (Value(tag, "Key"), Value(tag, "Value")));

        await aws.CreateQueueAsync("z");
        var page = await SucceedAsync(aws, "/", "ListQueues", ("MaxResults", "1"));
        Assert.Equal(url, Value(page, "QueueUrl"));
        var rest = await SucceedAsync(aws, "/", "ListQueues", ("MaxResults", "1"), ("NextToken", Value(page, "NextToken")));
        Assert.EndsWith("/z", Value(rest, "QueueUrl"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GetQueueUrl", "QueueName", "none", 400, "AWS.SimpleQueueService.NonExistentQueue")]
    [InlineData("CreateQueue", "QueueName", "no/slash", 400, "InvalidParameterValue")]
    [InlineData("SendMessage", "QueueUrl", "/000000000000/work", 400, "MissingParameter")]
    [InlineData("SendMessageBatch", "QueueUrl", "/000000000000/work", 400, "MissingParameter")]
    [InlineData("DeleteMessage", "ReceiptHandle", "garbage", 404, "ReceiptHandleIsInvalid")]
    [InlineData("ReceiveMessage", "MaxNumberOfMessages", "11", 400, "InvalidParameterValue")]
    [InlineData("ReceiveMessage", "MaxNumberOfMessages", "many", 400, "InvalidParameterValue")]
    [InlineData("ReceiveMessage", "AttributeName.x", "All", 400, "MalformedQueryString")]
    [InlineData("Shout", "QueueName", "work", 400, "AWS.SimpleQueueService.UnsupportedOperation")]
    public async Task An_error_is_XML_with_the_codes_of_this_protocol(string action, string name, string value, int status, string code)
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        var url = await aws.CreateQueueAsync("work");
        (string, string)[] parameters = name is "QueueUrl" or "QueueName" ? [(name, value)] : [("QueueUrl", url), (name, value)];
        var (answered, body) = await LocalAwsInstance.QueryAsync(aws.SqsHttp, action, parameters);
        Assert.Equal(
            (status, "ErrorResponse", code, "Sender"),
            ((int)answered, body.Name.LocalName, body.Descendants("Code").Single().Value, body.Descendants("Type").Single().Value));
        Assert.NotEmpty(body.Descendants("RequestId").Single().Value);
    }

    [Fact]
    public async Task A_bad_signature_is_refused_in_the_words_of_this_protocol()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        using var client = new HttpClient(new SigningHandler("sqs", aws.Options.AccessKeyId, "wrong", aws.Options.Region))
        {
            BaseAddress = aws.Server.Endpoint,
        };
        var (status, body) = await LocalAwsInstance.QueryAsync(client, "ListQueues");
        Assert.Equal((HttpStatusCode.Forbidden, "SignatureDoesNotMatch"), (status, body.Descendants("Code").Single().Value));
    }

    private static async Task<XElement> SucceedAsync(
        LocalAwsInstance aws,
        string path,
        string action,
        params (string Name, string Value)[] parameters)
    {
        using var content = new FormUrlEncodedContent(
            parameters
                .Append(("Action", action))
                .Append(("Version", "2012-11-05"))
                .Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2)));
        using var response = await aws.SqsHttp.PostAsync(path, content, Cancelled);
        var body = await response.Content.ReadAsStringAsync(Cancelled);
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        Assert.Equal("text/xml", response.Content.Headers.ContentType?.MediaType);
        return XElement.Parse(body, LoadOptions.PreserveWhitespace);
    }

    private static string Value(XElement element, string name) => element.Descendants(s_namespace + name).First().Value;

    private static XElement Named(XElement element, string kind, string name) =>
        element.Descendants(s_namespace + kind).Single(item => item.Element(s_namespace + "Name")!.Value == name);
}
