using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Lambda;
using ImageApp.LocalAws.Policies;
using ImageApp.LocalAws.Protocols;
using Microsoft.Extensions.Hosting;

namespace ImageApp.LocalAws.Sqs;

/// <summary>SQS's operations, as its AWS JSON 1.0 protocol names them.</summary>
internal sealed class SqsApi(
    SqsStore queues,
    MessageMover mover,
    ServiceEndpoint endpoint,
    LocalAwsOptions options,
    TimeProvider time,
    IHostApplicationLifetime lifetime) : IAwsService
{
    /// <summary>What <c>X-Amz-Target</c> starts with.</summary>
    public const string TargetPrefix = "AmazonSQS.";

    private const int MaximumBatchEntries = 10;
    private const int MaximumMessages = 10;
    private const int MaximumVisibilityTimeout = 43_200;

    // The codes of the older query protocol, which some SDKs still match on (SQS Developer Guide, "x-amzn-query-error").
    private static readonly Dictionary<string, string> s_queryCodes = new(StringComparer.Ordinal)
    {
        ["QueueDoesNotExist"] = "AWS.SimpleQueueService.NonExistentQueue",
        ["QueueNameExists"] = "QueueAlreadyExists",
        ["EmptyBatchRequest"] = "AWS.SimpleQueueService.EmptyBatchRequest",
        ["TooManyEntriesInBatchRequest"] = "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
        ["BatchEntryIdsNotDistinct"] = "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
        ["BatchRequestTooLong"] = "AWS.SimpleQueueService.BatchRequestTooLong",
        ["InvalidBatchEntryId"] = "AWS.SimpleQueueService.InvalidBatchEntryId",
        ["MessageNotInflight"] = "AWS.SimpleQueueService.MessageNotInflight",
        ["ResourceNotFoundException"] = "ResourceNotFoundException",
        ["UnsupportedOperation"] = "AWS.SimpleQueueService.UnsupportedOperation",
    };

    public string SigningName => "sqs";

    public string DisplayName => "SQS";

    public AwsErrorFormat ErrorFormat => AwsErrorFormat.Json;

    public async Task HandleAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        var response = request.HttpContext.Response;

        // A long poll must not hold up the stop of the host.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            request.Operation = AwsJson.OperationOf(request, TargetPrefix);
            var result = await PerformAsync(request.Operation, new SqsRequest(AwsJson.Read(request)), ended.Token);
            await AwsJson.WriteAsync(response, result, cancellationToken);
        }
        catch (AwsServiceException failure)
        {
            var fault = (int)failure.Status < 500 ? "Sender" : "Receiver";
            response.Headers["x-amzn-query-error"] = $"{s_queryCodes.GetValueOrDefault(failure.Code, failure.Code)};{fault}";
            throw;
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            request.HttpContext.Abort();
        }
    }

    private async Task<JsonObject> PerformAsync(string operation, SqsRequest request, CancellationToken cancellationToken)
    {
        return operation switch
        {
            "CreateQueue" => await CreateQueueAsync(request, cancellationToken),
            "DeleteQueue" => await DeleteQueueAsync(Find(request, operation)),
            "GetQueueUrl" => new JsonObject { ["QueueUrl"] = queues.UrlOf(queues.Get(request.Required("QueueName")), endpoint.Uri) },
            "ListQueues" => ListQueues(request),
            "ListDeadLetterSourceQueues" => ListDeadLetterSourceQueues(Find(request, operation)),
            "GetQueueAttributes" => GetQueueAttributes(Find(request, operation), request),
            "SetQueueAttributes" => await SetQueueAttributesAsync(Find(request, operation), request, cancellationToken),
            "SendMessage" => await SendAsync(Find(request, operation), request),
            "SendMessageBatch" => await BatchAsync(request, SendBatchEntry(Find(request, "SendMessage"), request)),
            "ReceiveMessage" => await ReceiveAsync(Find(request, operation), request, cancellationToken),
            "DeleteMessage" => await DeleteAsync(Find(request, operation), request),
            "DeleteMessageBatch" => await BatchAsync(request, BatchEntry(Find(request, "DeleteMessage"), DeleteAsync)),
            "ChangeMessageVisibility" => await ChangeVisibilityAsync(Find(request, operation), request),
            "ChangeMessageVisibilityBatch" => await BatchAsync(
                request,
                BatchEntry(Find(request, "ChangeMessageVisibility"), ChangeVisibilityAsync)),
            "StartMessageMoveTask" => StartMove(request),
            "ListMessageMoveTasks" => ListMoves(request),
            "CancelMessageMoveTask" => await CancelMoveAsync(request),
            "PurgeQueue" => await PurgeAsync(Find(request, operation)),
            "ListQueueTags" => new JsonObject { ["Tags"] = Json(Find(request, operation).State.Tags) },
            "TagQueue" => await TagAsync(Find(request, operation), request, cancellationToken),
            "UntagQueue" => await UntagAsync(Find(request, operation), request, cancellationToken),
            _ => throw new AwsServiceException("UnsupportedOperation", $"Local SQS has no operation '{operation}'."),
        };
    }

    private JsonObject StartMove(SqsRequest request)
    {
        var source = Existing(request.Required("SourceArn"), "StartMessageMoveTask");
        var destination = request.Text("DestinationArn") is { } arn ? Existing(arn, "SendMessage") : null;
        return new JsonObject
        {
            ["TaskHandle"] = mover
                .Start(source, destination, request.Number("MaxNumberOfMessagesPerSecond", 1, MessageMover.MaximumRate))
                .Handle,
        };
    }

    private JsonObject ListMoves(SqsRequest request)
    {
        var source = Existing(request.Required("SourceArn"), "ListMessageMoveTasks");
        var tasks = mover.List(source, request.Number("MaxResults", 1, MessageMover.MaximumResults) ?? 1);
        return new JsonObject { ["Results"] = new JsonArray([.. tasks.Select(Json)]) };
    }

    private async Task<JsonObject> CancelMoveAsync(SqsRequest request) =>
        new() { ["ApproximateNumberOfMessagesMoved"] = (await mover.CancelAsync(request.Required("TaskHandle"))).Moved };

    private Queue Existing(string arn, string operation) => Allowed(
        queues.FindByArn(arn)
            ?? throw new AwsServiceException(
                "ResourceNotFoundException",
                $"The resource that you specified doesn't exist: {arn}. The queues of this account are: "
                + $"{string.Join(", ", queues.Queues.Select(queue => queue.Arn))}.",
                HttpStatusCode.NotFound),
        operation);

    private Queue Find(SqsRequest request, string operation) => Allowed(queues.GetByUrl(request.Required("QueueUrl")), operation);

    private Queue Allowed(Queue queue, string operation)
    {
        var action = "sqs:" + operation;
        return ServiceCallAuthorization.OwnerMay(
            options.AccountId,
            action,
            queue.Arn,
            queue.State.Attributes.GetValueOrDefault(QueueAttributes.Policy),
            time.GetUtcNow())
            ? queue
            : throw new AwsServiceException(
                "AccessDenied",
                $"User: arn:aws:iam::{options.AccountId}:root is not authorized to perform: {action} on resource: {queue.Arn} with an "
                + "explicit deny in a resource-based policy",
                HttpStatusCode.Forbidden);
    }

    private async Task<JsonObject> CreateQueueAsync(SqsRequest request, CancellationToken cancellationToken)
    {
        var queue = await queues.CreateAsync(
            request.Required("QueueName"),
            request.Map("Attributes"),
            request.Map("tags"),
            cancellationToken);
        return new JsonObject { ["QueueUrl"] = queues.UrlOf(queue, endpoint.Uri) };
    }

    private async Task<JsonObject> DeleteQueueAsync(Queue queue)
    {
        await queues.DeleteAsync(queue);
        return [];
    }

    private JsonObject ListQueues(SqsRequest request)
    {
        var prefix = request.Text("QueueNamePrefix") ?? "";
        var maximum = request.Number("MaxResults", 1, 1000);
        var after = request.Text("NextToken");
        var found = queues
            .Queues.Where(queue =>
                queue.Name.StartsWith(prefix, StringComparison.Ordinal) && (after is null || string.CompareOrdinal(queue.Name, after) > 0))
            .Take((maximum ?? 1000) + 1)
            .ToList();
        var page = found.Take(maximum ?? 1000).ToList();
        var response = new JsonObject
        {
            ["QueueUrls"] = new JsonArray([.. page.Select(queue => JsonValue.Create(queues.UrlOf(queue, endpoint.Uri)))]),
        };
        if (maximum is not null && found.Count > page.Count)
        {
            response["NextToken"] = page[^1].Name;
        }

        return response;
    }

    private JsonObject ListDeadLetterSourceQueues(Queue queue) =>
        new()
        {
            ["queueUrls"] = new JsonArray([
                .. queues
                    .Queues.Where(source => queues.DeadLettersOf(source)?.Queue == queue)
                    .Select(source => JsonValue.Create(queues.UrlOf(source, endpoint.Uri))),
            ]),
        };

    private static JsonObject GetQueueAttributes(Queue queue, SqsRequest request)
    {
        var names = request.Texts("AttributeNames");
        var counts = queue.Count();
        var state = queue.State;
        var all = new Dictionary<string, string>(state.Attributes, StringComparer.Ordinal)
        {
            ["QueueArn"] = queue.Arn,
            ["ApproximateNumberOfMessages"] = Text(counts.Visible),
            ["ApproximateNumberOfMessagesNotVisible"] = Text(counts.NotVisible),
            ["ApproximateNumberOfMessagesDelayed"] = Text(counts.Delayed),
            ["CreatedTimestamp"] = Text(state.CreatedAt.ToUnixTimeSeconds()),
            ["LastModifiedTimestamp"] = Text(state.LastModifiedAt.ToUnixTimeSeconds()),
        };
        all.TryAdd("SqsManagedSseEnabled", "true");
        foreach (var number in QueueAttributes.Numbers)
        {
            all[number] = Text(queue.Number(number));
        }

        string[] known = [.. all.Keys, QueueAttributes.Policy, QueueAttributes.RedrivePolicyName, "RedriveAllowPolicy", "All"];
        if (names.Except(known).FirstOrDefault() is { } unknown)
        {
            throw new AwsServiceException("InvalidAttributeName", $"Unknown attribute {unknown}. Allowed are {string.Join(", ", known)}.");
        }

        return new JsonObject { ["Attributes"] = Json(all.Where(pair => names.Contains("All") || names.Contains(pair.Key))) };
    }

    private async Task<JsonObject> SetQueueAttributesAsync(Queue queue, SqsRequest request, CancellationToken cancellationToken)
    {
        await queues.SetAttributesAsync(queue, request.Map("Attributes"), cancellationToken);
        return [];
    }

    private async Task<JsonObject> SendAsync(Queue queue, SqsRequest request)
    {
        var body = request.Required("MessageBody");
        if (body.Length == 0)
        {
            throw new AwsServiceException("MissingParameter", "The request must contain the parameter MessageBody.");
        }

        var forbidden = body.Where(character => !IsAllowed(character)).Select(character => (int?)character).FirstOrDefault();
        if (forbidden is not null)
        {
            throw new AwsServiceException(
                "InvalidMessageContents",
                $"The message contains U+{forbidden:X4}, which is outside the allowed set: tab, line feed, carriage return and U+0020 to "
                + "U+10FFFF without U+FFFE and U+FFFF.");
        }

        var attributes = request.MessageAttributes("MessageAttributes");
        if (attributes.Count > 10)
        {
            throw new AwsServiceException(
                "InvalidParameterValue",
                $"Number of message attributes [{attributes.Count}] exceeds the allowed maximum [10].");
        }

        foreach (var (name, attribute) in attributes)
        {
            MessageAttribute.Validate(name, attribute, "InvalidParameterValue");
        }

        var size = SizeOf(body, attributes);
        var maximum = queue.Number(QueueAttributes.MaximumMessageSize);
        if (size > maximum)
        {
            throw new AwsServiceException(
                "InvalidParameterValue",
                $"One or more parameters are invalid. Reason: Message must be shorter than {maximum} bytes but has {size}.");
        }

        var systemAttributes = request.MessageAttributes("MessageSystemAttributes");
        var traceHeader =
            systemAttributes.GetValueOrDefault("AWSTraceHeader")?.StringValue
            ?? (Activity.Current is { } activity ? XRayTraceHeader.From(activity.Context) : null);
        var message = await queue.AddAsync(body, attributes, traceHeader, options.AccountId, request.Number("DelaySeconds", 0, 900));
        var response = new JsonObject { ["MessageId"] = message.MessageId, ["MD5OfMessageBody"] = MessageDigest.OfBody(body) };
        AddIfPresent(response, "MD5OfMessageAttributes", MessageDigest.OfAttributes(attributes));
        AddIfPresent(response, "MD5OfMessageSystemAttributes", MessageDigest.OfAttributes(systemAttributes));
        return response;
    }

    private Func<SqsRequest, Task<JsonObject>> SendBatchEntry(Queue queue, SqsRequest request)
    {
        var maximum = queue.Number(QueueAttributes.MaximumMessageSize);
        var total = request.Entries().Sum(entry => SizeOf(entry.Text("MessageBody") ?? "", entry.MessageAttributes("MessageAttributes")));
        return total <= maximum
            ? entry => SendAsync(queue, entry)
            : throw new AwsServiceException(
                "BatchRequestTooLong",
                $"Batch requests cannot be longer than {maximum} bytes. You have sent {total} bytes.");
    }

    private async Task<JsonObject> ReceiveAsync(Queue queue, SqsRequest request, CancellationToken cancellationToken)
    {
        var maximum = request.Number("MaxNumberOfMessages", 1, MaximumMessages) ?? 1;
        var visibility =
            request.Number("VisibilityTimeout", 0, MaximumVisibilityTimeout) ?? queue.Number(QueueAttributes.VisibilityTimeout);
        var wait =
            request.Number("WaitTimeSeconds", 0, Queue.MaximumWaitSeconds) ?? queue.Number(QueueAttributes.ReceiveMessageWaitTimeSeconds);
        string[] systemNames = [.. request.Texts("AttributeNames"), .. request.Texts("MessageSystemAttributeNames")];
        var names = request.Texts("MessageAttributeNames");
        var messages = await queue.ReceiveAsync(
            maximum,
            TimeSpan.FromSeconds(visibility),
            TimeSpan.FromSeconds(wait),
            queues.DeadLettersOf(queue),
            cancellationToken);
        return messages.Count == 0
            ? []
            : new JsonObject { ["Messages"] = new JsonArray([.. messages.Select(message => Received(message, systemNames, names))]) };
    }

    private static async Task<JsonObject> DeleteAsync(Queue queue, SqsRequest request)
    {
        await queue.DeleteAsync(Receipt(request));
        return [];
    }

    private static async Task<JsonObject> ChangeVisibilityAsync(Queue queue, SqsRequest request)
    {
        var seconds =
            request.Number("VisibilityTimeout", 0, MaximumVisibilityTimeout)
            ?? throw new AwsServiceException("MissingParameter", "The request must contain the parameter VisibilityTimeout.");
        return await queue.ChangeVisibilityAsync(Receipt(request), TimeSpan.FromSeconds(seconds))
            ? []
            : throw new AwsServiceException("MessageNotInflight", "The message referred to by the receipt handle is not in flight.");
    }

    private static async Task<JsonObject> PurgeAsync(Queue queue)
    {
        await queue.PurgeAsync();
        return [];
    }

    private async Task<JsonObject> TagAsync(Queue queue, SqsRequest request, CancellationToken cancellationToken)
    {
        var added = request.Map("Tags");
        await queues.SetTagsAsync(
            queue,
            tags => tags.Where(tag => !added.ContainsKey(tag.Key)).Concat(added).ToDictionary(),
            cancellationToken);
        return [];
    }

    private async Task<JsonObject> UntagAsync(Queue queue, SqsRequest request, CancellationToken cancellationToken)
    {
        var removed = request.Texts("TagKeys");
        await queues.SetTagsAsync(queue, tags => tags.Where(tag => !removed.Contains(tag.Key)).ToDictionary(), cancellationToken);
        return [];
    }

    private static Func<SqsRequest, Task<JsonObject>> BatchEntry(Queue queue, Func<Queue, SqsRequest, Task<JsonObject>> perform) =>
        entry => perform(queue, entry);

    /// <summary>Performs each entry by itself: one that fails is reported beside those that succeed.</summary>
    private static async Task<JsonObject> BatchAsync(SqsRequest request, Func<SqsRequest, Task<JsonObject>> perform)
    {
        var entries = request.Entries();
        if (entries.Count == 0)
        {
            throw new AwsServiceException("EmptyBatchRequest", "There should be at least one entry in the request.");
        }

        if (entries.Count > MaximumBatchEntries)
        {
            throw new AwsServiceException(
                "TooManyEntriesInBatchRequest",
                $"Maximum number of entries per request are {MaximumBatchEntries}. You have sent {entries.Count}.");
        }

        var ids = entries.Select(entry => entry.Required("Id")).ToList();
        if (ids.GroupBy(id => id).FirstOrDefault(group => group.Count() > 1) is { } repeated)
        {
            throw new AwsServiceException("BatchEntryIdsNotDistinct", $"Id {repeated.Key} repeated.");
        }

        if (
            ids.FirstOrDefault(id =>
                id.Length is 0 or > 80 || !id.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_')) is
            { } invalid)
        {
            throw new AwsServiceException(
                "InvalidBatchEntryId",
                $"'{invalid}' is no batch entry id: allowed are 1 to 80 letters, digits, '-' and '_'.");
        }

        JsonArray successful = [],
            failed = [];
        foreach (var (entry, id) in entries.Zip(ids))
        {
            try
            {
                var result = await perform(entry);
                result["Id"] = id;
                successful.Add(result);
            }
            catch (AwsServiceException failure)
            {
                failed.Add(new JsonObject { ["Id"] = id, ["Code"] = failure.Code, ["Message"] = failure.Message, ["SenderFault"] = true });
            }
        }

        return new JsonObject { ["Successful"] = successful, ["Failed"] = failed };
    }

    private static JsonObject Received(QueuedMessage message, string[] systemNames, IReadOnlyList<string> names)
    {
        var json = new JsonObject
        {
            ["MessageId"] = message.MessageId,
            ["ReceiptHandle"] = message.ReceiptHandle,
            ["MD5OfBody"] = MessageDigest.OfBody(message.Body),
            ["Body"] = message.Body,
        };
        var system = new Dictionary<string, string?>
        {
            ["SenderId"] = message.SenderId,
            ["SentTimestamp"] = Text(message.SentAt.ToUnixTimeMilliseconds()),
            ["ApproximateReceiveCount"] = Text(message.ReceiveCount),
            ["ApproximateFirstReceiveTimestamp"] = message.FirstReceivedAt is { } first ? Text(first.ToUnixTimeMilliseconds()) : null,
            ["AWSTraceHeader"] = message.TraceHeader,
            ["DeadLetterQueueSourceArn"] = message.DeadLetterSourceArn,
        };
        var wanted = system
            .Where(pair => pair.Value is not null && (systemNames.Contains("All") || systemNames.Contains(pair.Key)))
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value!))
            .ToList();
        if (wanted.Count > 0)
        {
            json["Attributes"] = Json(wanted);
        }

        var attributes = message.Attributes.Where(pair => names.Any(name => Selects(name, pair.Key))).ToDictionary();
        if (attributes.Count > 0)
        {
            json["MessageAttributes"] = new JsonObject(
                attributes.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, Json(pair.Value))));
            json["MD5OfMessageAttributes"] = MessageDigest.OfAttributes(attributes);
        }

        return json;
    }

    private static bool Selects(string name, string attribute) =>
        name is "All" or ".*"
        || name == attribute
        || name.EndsWith(".*", StringComparison.Ordinal) && attribute.StartsWith(name[..^1], StringComparison.Ordinal);

    private static JsonObject Json(MessageMoveTask task)
    {
        var json = new JsonObject
        {
            ["Status"] = task.Status,
            ["SourceArn"] = task.Source.Arn,
            ["ApproximateNumberOfMessagesMoved"] = task.Moved,
            ["ApproximateNumberOfMessagesToMove"] = task.ToMove,
            ["StartedTimestamp"] = task.StartedAt.ToUnixTimeMilliseconds(),
        };
        AddIfPresent(json, "TaskHandle", task.Status == MessageMoveStatus.Running ? task.Handle : null);
        AddIfPresent(json, "DestinationArn", task.Destination?.Arn);
        AddIfPresent(json, "FailureReason", task.FailureReason);
        if (task.MaximumPerSecond is { } rate)
        {
            json["MaxNumberOfMessagesPerSecond"] = rate;
        }

        return json;
    }

    private static JsonObject Json(MessageAttribute attribute)
    {
        var json = new JsonObject { ["DataType"] = attribute.DataType };
        AddIfPresent(json, "StringValue", attribute.StringValue);
        AddIfPresent(json, "BinaryValue", attribute.BinaryValue is null ? null : Convert.ToBase64String(attribute.BinaryValue));
        return json;
    }

    private static JsonObject Json(IEnumerable<KeyValuePair<string, string>> map) =>
        new(map.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value)));

    private static string Receipt(SqsRequest request) =>
        request.Required("ReceiptHandle") is { Length: > 0 } receipt
            ? receipt
            : throw new AwsServiceException("ReceiptHandleIsInvalid", "The input receipt handle is empty.");

    private static int SizeOf(string body, IReadOnlyDictionary<string, MessageAttribute> attributes) =>
        Encoding.UTF8.GetByteCount(body) + attributes.Sum(pair => MessageAttribute.SizeOf(pair.Key, pair.Value));

    private static bool IsAllowed(char character) => character is '\t' or '\n' or '\r' or >= ' ' and not ('\uFFFE' or '\uFFFF');

    private static void AddIfPresent(JsonObject json, string name, string? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
