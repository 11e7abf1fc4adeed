using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Sns;
using Microsoft.AspNetCore.Http;

namespace ImageApp.LocalAws.Sqs;

/// <summary>SQS's API in the AWS JSON 1.0 protocol (Amazon SQS API Reference).</summary>
internal sealed class SqsApi(QueueStore queues, LocalAwsOptions options)
{
    private const int MaxMessageBytes = 1_048_576;

    /// <summary>The code that older clients, which spoke the Query protocol, match on.</summary>
    public static string QueryErrorCode(string code) => code switch
    {
        "QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue",
        "MessageNotInflight" => "AWS.SimpleQueueService.MessageNotInflight",
        _ => code,
    };

    /// <summary>Answers one operation.</summary>
    public async Task HandleAsync(HttpContext context, string operation, byte[] body)
    {
        var request = body.Length == 0 ? [] : JsonNode.Parse(body) as JsonObject ?? throw new AwsServiceException("SerializationException", "The body must be a JSON object.");
        var response = await ExecuteAsync(operation, request, context.RequestAborted);
        context.Response.ContentType = "application/x-amz-json-1.0";
        await context.Response.WriteAsync(response.ToJsonString(), context.RequestAborted);
    }

    private async Task<JsonObject> ExecuteAsync(string operation, JsonObject request, CancellationToken cancellationToken)
    {
        switch (operation)
        {
            case "CreateQueue":
                var created = await queues.CreateAsync(Text(request, "QueueName"), Map(request["Attributes"]), Map(request["tags"]), cancellationToken);
                return new JsonObject { ["QueueUrl"] = queues.UrlOf(created.Queue) };
            case "GetQueueUrl":
                return new JsonObject { ["QueueUrl"] = queues.UrlOf(queues.Get(Text(request, "QueueName")).Queue) };
            case "ListQueues":
                var prefix = (string?)request["QueueNamePrefix"] ?? "";
                return new JsonObject
                {
                    ["QueueUrls"] = Array(queues.Queues.Where(queue => queue.Queue.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(queue => (JsonNode)queues.UrlOf(queue.Queue))),
                };
        }

        var contents = queues.GetByUrl(Text(request, "QueueUrl"));
        switch (operation)
        {
            case "DeleteQueue":
                queues.Delete(contents);
                return [];
            case "GetQueueAttributes":
                return new JsonObject { ["Attributes"] = Attributes(contents, Names(request["AttributeNames"])) };
            case "SetQueueAttributes":
                await queues.SetAttributesAsync(contents, Map(request["Attributes"]), cancellationToken);
                return [];
            case "PurgeQueue":
                QueueStore.Purge(contents);
                return [];
            case "SendMessage":
                return await SendAsync(contents, request, cancellationToken);
            case "SendMessageBatch":
                return await BatchAsync(request, entry => SendAsync(contents, entry, cancellationToken));
            case "ReceiveMessage":
                return await ReceiveAsync(contents, request, cancellationToken);
            case "DeleteMessage":
                QueueStore.DeleteMessage(contents, Text(request, "ReceiptHandle"));
                return [];
            case "DeleteMessageBatch":
                return await BatchAsync(request, entry =>
                {
                    QueueStore.DeleteMessage(contents, Text(entry, "ReceiptHandle"));
                    return Task.FromResult(new JsonObject());
                });
            case "ChangeMessageVisibility":
                await QueueStore.ChangeVisibilityAsync(contents, Text(request, "ReceiptHandle"), Seconds(request, "VisibilityTimeout", 43_200) ?? TimeSpan.Zero, cancellationToken);
                return [];
            case "ChangeMessageVisibilityBatch":
                return await BatchAsync(request, async entry =>
                {
                    await QueueStore.ChangeVisibilityAsync(contents, Text(entry, "ReceiptHandle"), Seconds(entry, "VisibilityTimeout", 43_200) ?? TimeSpan.Zero, cancellationToken);
                    return [];
                });
            case "ListQueueTags":
                return new JsonObject { ["Tags"] = Object(contents.Queue.Tags) };
            case "TagQueue":
                var tags = contents.Queue.Tags.Concat(Map(request["Tags"])).GroupBy(tag => tag.Key).ToDictionary(tag => tag.Key, tag => tag.Last().Value);
                await QueueStore.SaveAsync(contents, contents.Queue with { Tags = tags }, cancellationToken);
                return [];
            default:
                throw new AwsServiceException("InvalidAction", $"Local SQS does not implement {operation}.");
        }
    }

    private async Task<JsonObject> SendAsync(QueueContents contents, JsonObject request, CancellationToken cancellationToken)
    {
        var body = Text(request, "MessageBody");
        if (body.Length == 0 || Encoding.UTF8.GetByteCount(body) > MaxMessageBytes)
        {
            throw new AwsServiceException("InvalidParameterValue", $"One or more parameters are invalid. Reason: the message must have 1 to {MaxMessageBytes} bytes.");
        }

        var attributes = ReadAttributes(request["MessageAttributes"]);
        var system = ReadAttributes(request["MessageSystemAttributes"]).ToDictionary(attribute => attribute.Key, attribute => attribute.Value.Value);
        var message = await queues.SendAsync(contents, body, attributes, Seconds(request, "DelaySeconds", 900), system, cancellationToken);
        var response = new JsonObject { ["MessageId"] = message.MessageId, ["MD5OfMessageBody"] = Md5(Encoding.UTF8.GetBytes(body)) };
        if (attributes.Count > 0)
        {
            response["MD5OfMessageAttributes"] = Md5(attributes);
        }

        return response;
    }

    private async Task<JsonObject> ReceiveAsync(QueueContents contents, JsonObject request, CancellationToken cancellationToken)
    {
        var max = (int?)request["MaxNumberOfMessages"] ?? 1;
        if (max is < 1 or > 10)
        {
            throw new AwsServiceException("InvalidParameterValue", $"Value {max} for parameter MaxNumberOfMessages is invalid. Reason: must be between 1 and 10.");
        }

        var messages = await queues.ReceiveAsync(
            contents, max,
            Seconds(request, "VisibilityTimeout", 43_200) ?? contents.Queue.Seconds("VisibilityTimeout", 30),
            Seconds(request, "WaitTimeSeconds", 20) ?? contents.Queue.Seconds("ReceiveMessageWaitTimeSeconds", 0), cancellationToken);
        if (messages.Count == 0)
        {
            return [];
        }

        var attributeNames = Names(request["MessageAttributeNames"]);
        var systemNames = Names(request["AttributeNames"]).Concat(Names(request["MessageSystemAttributeNames"])).ToList();
        return new JsonObject { ["Messages"] = Array(messages.Select(message => (JsonNode)Describe(message, attributeNames, systemNames))) };
    }

    private JsonObject Describe(QueueMessage message, List<string> attributeNames, List<string> systemNames)
    {
        var document = new JsonObject
        {
            ["MessageId"] = message.MessageId,
            ["ReceiptHandle"] = message.ReceiptHandle,
            ["Body"] = message.Body,
            ["MD5OfBody"] = Md5(Encoding.UTF8.GetBytes(message.Body)),
        };
        var wanted = message.MessageAttributes.Where(attribute => attributeNames.Any(name => name is "All" or ".*" || name == attribute.Key
            || (name.EndsWith(".*", StringComparison.Ordinal) && attribute.Key.StartsWith(name[..^2], StringComparison.Ordinal)))).ToDictionary();
        if (wanted.Count > 0)
        {
            document["MD5OfMessageAttributes"] = Md5(wanted);
            document["MessageAttributes"] = new JsonObject(wanted.Select(attribute => KeyValuePair.Create(attribute.Key, (JsonNode?)new JsonObject
            {
                ["DataType"] = attribute.Value.Type,
                [IsBinary(attribute.Value) ? "BinaryValue" : "StringValue"] = attribute.Value.Value,
            })));
        }

        var system = new Dictionary<string, string>(message.SystemAttributes)
        {
            ["SenderId"] = options.AccountId,
            ["SentTimestamp"] = Milliseconds(message.SentAt),
            ["ApproximateReceiveCount"] = message.ReceiveCount.ToString(CultureInfo.InvariantCulture),
            ["ApproximateFirstReceiveTimestamp"] = Milliseconds(message.FirstReceivedAt!.Value),
        };
        if (system.Where(attribute => systemNames.Contains("All") || systemNames.Contains(attribute.Key)).ToDictionary() is { Count: > 0 } shown)
        {
            document["Attributes"] = Object(shown);
        }

        return document;
    }

    private static JsonObject Attributes(QueueContents contents, List<string> names)
    {
        var (visible, inFlight, delayed) = QueueStore.Count(contents);
        var all = new Dictionary<string, string>
        {
            ["VisibilityTimeout"] = "30",
            ["MessageRetentionPeriod"] = "345600",
            ["MaximumMessageSize"] = "1048576",
            ["DelaySeconds"] = "0",
            ["ReceiveMessageWaitTimeSeconds"] = "0",
            ["SqsManagedSseEnabled"] = "true",
            ["QueueArn"] = contents.Queue.Arn,
            ["CreatedTimestamp"] = contents.Queue.CreatedAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            ["LastModifiedTimestamp"] = contents.Queue.CreatedAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            ["ApproximateNumberOfMessages"] = visible.ToString(CultureInfo.InvariantCulture),
            ["ApproximateNumberOfMessagesNotVisible"] = inFlight.ToString(CultureInfo.InvariantCulture),
            ["ApproximateNumberOfMessagesDelayed"] = delayed.ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in contents.Queue.Attributes)
        {
            all[name] = value;
        }

        return Object(all.Where(attribute => names.Count == 0 || names.Contains("All") || names.Contains(attribute.Key)).ToDictionary());
    }

    private static async Task<JsonObject> BatchAsync(JsonObject request, Func<JsonObject, Task<JsonObject>> execute)
    {
        var entries = request["Entries"] as JsonArray ?? [];
        if (entries.Count is 0 or > 10)
        {
            throw new AwsServiceException(entries.Count == 0 ? "EmptyBatchRequest" : "TooManyEntriesInBatchRequest", $"The batch has {entries.Count} entries; 1 to 10 are allowed.");
        }

        var successful = new JsonArray();
        var failed = new JsonArray();
        foreach (var entry in entries.OfType<JsonObject>())
        {
            try
            {
                var result = await execute(entry);
                result["Id"] = Text(entry, "Id");
                successful.Add((JsonNode)result);
            }
            catch (AwsServiceException e)
            {
                failed.Add((JsonNode)new JsonObject { ["Id"] = Text(entry, "Id"), ["Code"] = e.Code, ["Message"] = e.Message, ["SenderFault"] = true });
            }
        }

        return new JsonObject { ["Successful"] = successful, ["Failed"] = failed };
    }

    private static Dictionary<string, MessageAttribute> ReadAttributes(JsonNode? node) => (node as JsonObject ?? []).ToDictionary(
        attribute => attribute.Key,
        attribute => new MessageAttribute((string?)attribute.Value!["DataType"] ?? "String", (string?)attribute.Value["StringValue"] ?? (string?)attribute.Value["BinaryValue"] ?? ""));

    private static bool IsBinary(MessageAttribute attribute) => attribute.Type.StartsWith("Binary", StringComparison.Ordinal);

    // Amazon SQS Developer Guide, "Calculating the MD5 message digest for message attributes".
    private static string Md5(Dictionary<string, MessageAttribute> attributes)
    {
        using var buffer = new MemoryStream();
        foreach (var (name, attribute) in attributes.OrderBy(attribute => attribute.Key, StringComparer.Ordinal))
        {
            Append(Encoding.UTF8.GetBytes(name));
            Append(Encoding.UTF8.GetBytes(attribute.Type));
            buffer.WriteByte(IsBinary(attribute) ? (byte)2 : (byte)1);
            Append(IsBinary(attribute) ? Convert.FromBase64String(attribute.Value) : Encoding.UTF8.GetBytes(attribute.Value));
        }

        return Md5(buffer.ToArray());

        void Append(byte[] bytes)
        {
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            buffer.Write(length);
            buffer.Write(bytes);
        }
    }

    private static string Md5(byte[] bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));

    private static string Milliseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private static string Text(JsonObject request, string name) => request[name] is { } value && value.GetValueKind() == JsonValueKind.String
        ? value.GetValue<string>()
        : throw new AwsServiceException("MissingParameter", $"The request must contain the parameter {name}.");

    private static TimeSpan? Seconds(JsonObject request, string name, int max) => request[name] is not { } value ? null
        : (int)value is >= 0 and var seconds && seconds <= max ? TimeSpan.FromSeconds(seconds)
        : throw new AwsServiceException("InvalidParameterValue", $"Value {value} for parameter {name} is invalid. Reason: must be between 0 and {max}.");

    private static Dictionary<string, string> Map(JsonNode? node) => (node as JsonObject ?? []).ToDictionary(entry => entry.Key, entry => entry.Value!.ToString());

    private static List<string> Names(JsonNode? node) => [.. (node as JsonArray ?? []).Select(name => name!.GetValue<string>())];

    private static JsonObject Object(Dictionary<string, string> map) => new(map.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));

    private static JsonArray Array(IEnumerable<JsonNode> items) => [.. items];
}
