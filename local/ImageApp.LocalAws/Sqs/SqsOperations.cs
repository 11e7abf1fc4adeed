using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Lambda;
using ImageApp.LocalAws.Policies;

namespace ImageApp.LocalAws.Sqs;

/// <summary>SQS's operations, whatever the protocol they are asked for in.</summary>
internal sealed class SqsOperations(
    SqsStore queues,
    MessageMover mover,
    ServiceEndpoint endpoint,
    LocalAwsOptions options,
    TimeProvider time)
{
    private const int MaximumBatchEntries = 10;
    private const int MaximumBatchBytes = 1_048_576;
    private const int MaximumMessages = 10;
    private const int MaximumPage = 1000;
    private const string TraceHeader = "AWSTraceHeader";

    private static readonly string[] s_counts =
    [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    ];

    private static readonly string[] s_readOnly = ["All", "QueueArn", "CreatedTimestamp", "LastModifiedTimestamp", .. s_counts];

    /// <summary>Performs an operation.</summary>
    /// <param name="operation">Its name.</param>
    /// <param name="request">Its parameters, as the JSON protocol has them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The answer, as the JSON protocol has it.</returns>
    /// <exception cref="AwsServiceException">The operation is unknown or refused.</exception>
    public async Task<JsonObject> PerformAsync(string operation, SqsRequest request, CancellationToken cancellationToken)
    {
        return operation switch
        {
            "CreateQueue" => await CreateQueueAsync(request, cancellationToken),
            "DeleteQueue" => await DeleteQueueAsync(Find(request, operation)),
            "GetQueueUrl" => GetQueueUrl(request),
            "ListQueues" => ListQueues(request),
            "ListDeadLetterSourceQueues" => ListDeadLetterSourceQueues(Find(request, operation), request),
            "GetQueueAttributes" => GetQueueAttributes(Find(request, operation), request),
            "SetQueueAttributes" => await SetQueueAttributesAsync(Find(request, operation), request, cancellationToken),
            "SendMessage" => await SendAsync(Find(request, operation), request),
            "SendMessageBatch" => await BatchAsync(request, SendBatchEntry(Find(request, "SendMessage"), request)),
            "AddPermission" => await AddPermissionAsync(Find(request, operation), request, cancellationToken),
            "RemovePermission" => await RemovePermissionAsync(Find(request, operation), request, cancellationToken),
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
        var source = Existing(request, "SourceArn", "StartMessageMoveTask");
        var destination = request.Text("DestinationArn") is null ? null : Existing(request, "DestinationArn", "SendMessage");
        return new JsonObject
        {
            ["TaskHandle"] = mover
                .Start(source, destination, request.Number("MaxNumberOfMessagesPerSecond", 1, MessageMover.MaximumRate))
                .Handle,
        };
    }

    private JsonObject ListMoves(SqsRequest request)
    {
        var source = Existing(request, "SourceArn", "ListMessageMoveTasks");
        var tasks = mover.List(source, request.Number("MaxResults", 1, MessageMover.MaximumResults) ?? 1);
        return new JsonObject { ["Results"] = new JsonArray([.. tasks.Select(Json)]) };
    }

    private async Task<JsonObject> CancelMoveAsync(SqsRequest request) =>
        new() { ["ApproximateNumberOfMessagesMoved"] = (await mover.CancelAsync(request.Required("TaskHandle"))).Moved };

    private Queue Existing(SqsRequest request, string parameter, string operation) => Allowed(
        queues.FindByArn(request.Required(parameter))
            ?? throw new AwsServiceException(
                "ResourceNotFoundException",
                $"The resource that you specified for the {parameter} parameter doesn't exist: {request.Required(parameter)}. The queues "
                + $"of this account are: {string.Join(", ", queues.Queues.Select(queue => queue.Arn))}.",
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

    private JsonObject GetQueueUrl(SqsRequest request)
    {
        var owner = request.Text("QueueOwnerAWSAccountId") ?? options.AccountId;
        return owner == options.AccountId
            ? new JsonObject { ["QueueUrl"] = queues.UrlOf(queues.Get(request.Required("QueueName")), endpoint.Uri) }
            : throw new AwsServiceException(
                "QueueDoesNotExist",
                $"The specified queue does not exist: the one account here is {options.AccountId}, not {owner}.");
    }

    private JsonObject ListQueues(SqsRequest request)
    {
        var prefix = request.Text("QueueNamePrefix") ?? "";
        return Page("QueueUrls", queues.Queues.Where(queue => queue.Name.StartsWith(prefix, StringComparison.Ordinal)), request);
    }

    private JsonObject ListDeadLetterSourceQueues(Queue queue, SqsRequest request) =>
        Page("queueUrls", queues.Queues.Where(source => queues.DeadLettersOf(source)?.Queue == queue), request);

    /// <summary>A page of queues; a token for the rest only where pages were asked for (SQS API, <c>ListQueues</c>).</summary>
    private JsonObject Page(string name, IEnumerable<Queue> all, SqsRequest request)
    {
        var maximum = request.Number("MaxResults", 1, MaximumPage);
        var after = request.Text("NextToken");
        var found = all
            .Where(queue => after is null || string.CompareOrdinal(queue.Name, after) > 0)
            .Take((maximum ?? MaximumPage) + 1)
            .ToList();
        var page = found.Take(maximum ?? MaximumPage).ToList();
        JsonObject response = [];
        if (page.Count > 0)
        {
            response[name] = new JsonArray([.. page.Select(queue => JsonValue.Create(queues.UrlOf(queue, endpoint.Uri)))]);
        }

        AddIfPresent(response, "NextToken", maximum is not null && found.Count > page.Count ? page[^1].Name : null);
        return response;
    }

    private static JsonObject GetQueueAttributes(Queue queue, SqsRequest request)
    {
        var names = request.Texts("AttributeNames");
        if (names.Except([.. QueueAttributes.Names, .. s_readOnly]).FirstOrDefault() is { } unknown)
        {
            throw new AwsServiceException(
                "InvalidAttributeName",
                $"Unknown Attribute {unknown}. Allowed are {string.Join(", ", s_readOnly.Concat(QueueAttributes.Names))}.");
        }

        var counts = queue.Count();
        var state = queue.State;
        var all = QueueAttributes.Effective(state.Attributes);
        all["QueueArn"] = queue.Arn;
        all[s_counts[0]] = Text(counts.Visible);
        all[s_counts[1]] = Text(counts.NotVisible);
        all[s_counts[2]] = Text(counts.Delayed);
        all["CreatedTimestamp"] = Text(state.CreatedAt.ToUnixTimeSeconds());
        all["LastModifiedTimestamp"] = Text(state.LastModifiedAt.ToUnixTimeSeconds());
        var wanted = all.Where(pair => names.Contains("All") || names.Contains(pair.Key)).ToList();
        return wanted.Count == 0 ? [] : new JsonObject { ["Attributes"] = Json(wanted) };
    }

    private async Task<JsonObject> AddPermissionAsync(Queue queue, SqsRequest request, CancellationToken cancellationToken)
    {
        var label = request.Required("Label");
        var accounts = request.Texts("AWSAccountIds");
        var actions = request.Texts("Actions");
        await queues.ChangePolicyAsync(queue, policy => QueuePolicy.Add(policy, queue, label, accounts, actions), cancellationToken);
        return [];
    }

    private async Task<JsonObject> RemovePermissionAsync(Queue queue, SqsRequest request, CancellationToken cancellationToken)
    {
        var label = request.Required("Label");
        await queues.ChangePolicyAsync(queue, policy => QueuePolicy.Remove(policy, label), cancellationToken);
        return [];
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
        ValidateSystem(systemAttributes);
        var outgoing = new OutgoingMessage
        {
            Body = body,
            Attributes = attributes,
            TraceHeader = systemAttributes.GetValueOrDefault(TraceHeader)?.StringValue
                ?? (Activity.Current is { } activity ? XRayTraceHeader.From(activity.Context) : null),
            SenderId = options.AccountId,
            DelaySeconds = request.Number("DelaySeconds", 0, 900),
            GroupId = request.Text("MessageGroupId"),
            DeduplicationId = request.Text("MessageDeduplicationId"),
        };
        var message = await queue.AddAsync(outgoing.For(queue));
        var response = new JsonObject { ["MessageId"] = message.MessageId, ["MD5OfMessageBody"] = MessageDigest.OfBody(body) };
        AddIfPresent(response, "MD5OfMessageAttributes", MessageDigest.OfAttributes(attributes));
        AddIfPresent(response, "MD5OfMessageSystemAttributes", MessageDigest.OfAttributes(systemAttributes));
        AddIfPresent(response, "SequenceNumber", queue.IsFifo ? message.SequenceNumberText() : null);
        return response;
    }

    private static void ValidateSystem(IReadOnlyDictionary<string, MessageAttribute> attributes)
    {
        foreach (var (name, attribute) in attributes)
        {
            if (name != TraceHeader)
            {
                throw new AwsServiceException(
                    "InvalidParameterValue",
                    $"Message system attribute name '{name}' is invalid. Allowed is {TraceHeader}.");
            }

            if (attribute.DataType != "String" || string.IsNullOrEmpty(attribute.StringValue))
            {
                throw new AwsServiceException(
                    "InvalidParameterValue",
                    $"Message system attribute '{name}' must contain a non-empty value of type 'String'.");
            }
        }
    }

    private Func<SqsRequest, Task<JsonObject>> SendBatchEntry(Queue queue, SqsRequest request)
    {
        var entries = request.Entries();
        var total = entries.Sum(entry => SizeOf(entry.Text("MessageBody") ?? "", entry.MessageAttributes("MessageAttributes")));
        if (total > MaximumBatchBytes)
        {
            throw new AwsServiceException(
                "BatchRequestTooLong",
                $"Batch requests cannot be longer than {MaximumBatchBytes} bytes. You have sent {total} bytes.");
        }

        // What a FIFO queue needs is needed in every entry, or the whole request is refused.
        foreach (var entry in entries.Where(_ => queue.IsFifo))
        {
            var reason = entry.Text("MessageGroupId") is null ? "The request must contain the parameter MessageGroupId."
                : entry.Text("MessageDeduplicationId") is null && !queue.HasContentBasedDeduplication ? OutgoingMessage.NeedsDeduplicationId
                : null;
            if (reason is not null)
            {
                throw new AwsServiceException("InvalidParameterValue", reason);
            }
        }

        return entry => SendAsync(queue, entry);
    }

    private async Task<JsonObject> ReceiveAsync(Queue queue, SqsRequest request, CancellationToken cancellationToken)
    {
        var maximum = request.Number("MaxNumberOfMessages", 1, MaximumMessages) ?? 1;
        var visibility =
            request.Number("VisibilityTimeout", 0, Queue.MaximumVisibilityTimeout) ?? queue.Number(QueueAttributes.VisibilityTimeout);
        var wait =
            request.Number("WaitTimeSeconds", 0, Queue.MaximumWaitSeconds) ?? queue.Number(QueueAttributes.ReceiveMessageWaitTimeSeconds);
        string[] systemNames = [.. request.Texts("AttributeNames"), .. request.Texts("MessageSystemAttributeNames")];
        var names = request.Texts("MessageAttributeNames");
        var attemptId = request.Text("ReceiveRequestAttemptId");
        OutgoingMessage.ValidateId("ReceiveRequestAttemptId", attemptId);
        if (attemptId is not null && !queue.IsFifo)
        {
            throw new AwsServiceException(
                "InvalidParameterValue",
                $"Value {attemptId} for parameter ReceiveRequestAttemptId is invalid. Reason: The request includes a parameter that is not "
                + "valid for this queue type.");
        }

        var messages = await queue.ReceiveAsync(
            maximum,
            TimeSpan.FromSeconds(visibility),
            TimeSpan.FromSeconds(wait),
            queues.DeadLettersOf(queue),
            attemptId,
            cancellationToken);
        var received = messages.Select(message => Received(queue, message, systemNames, names));
        return messages.Count == 0 ? [] : new JsonObject { ["Messages"] = new JsonArray([.. received]) };
    }

    private static async Task<JsonObject> DeleteAsync(Queue queue, SqsRequest request)
    {
        await queue.DeleteAsync(Receipt(request));
        return [];
    }

    private static async Task<JsonObject> ChangeVisibilityAsync(Queue queue, SqsRequest request)
    {
        var seconds =
            request.Number("VisibilityTimeout", 0, Queue.MaximumVisibilityTimeout)
            ?? throw new AwsServiceException("MissingParameter", "The request must contain the parameter VisibilityTimeout.");
        await queue.ChangeVisibilityAsync(Receipt(request), TimeSpan.FromSeconds(seconds));
        return [];
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
                "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long; "
                + $"'{invalid}' is none.");
        }

        JsonArray successful = [],
            failed = [];
        foreach (var (entry, id) in entries.Zip(ids))
        {
            try
            {
                var result = await perform(entry);
                result["Id"] = id;
                successful.Add((JsonNode)result);
            }
            catch (AwsServiceException failure)
            {
                failed.Add((JsonNode)new JsonObject
                {
                    ["Id"] = id,
                    ["Code"] = failure.Code,
                    ["Message"] = failure.Message,
                    ["SenderFault"] = true,
                });
            }
        }

        var response = new JsonObject { ["Successful"] = successful };
        if (failed.Count > 0)
        {
            response["Failed"] = failed;
        }

        return response;
    }

    private static JsonObject Received(Queue queue, QueuedMessage message, string[] systemNames, IReadOnlyList<string> names)
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
            [TraceHeader] = message.TraceHeader,
            ["DeadLetterQueueSourceArn"] = message.DeadLetterSourceArn,
            ["MessageGroupId"] = message.GroupId,
            ["MessageDeduplicationId"] = message.DeduplicationId,
            ["SequenceNumber"] = queue.IsFifo ? message.SequenceNumberText() : null,
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
            : throw new AwsServiceException(
                "ReceiptHandleIsInvalid",
                "The input receipt handle \"\" is not a valid receipt handle.",
                HttpStatusCode.NotFound);

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
