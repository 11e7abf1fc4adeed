using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageApp.LocalAws.Policies;
using ImageApp.LocalAws.Sns;
using ImageApp.LocalAws.Storage;
using ImageApp.LocalAws.Telemetry;

namespace ImageApp.LocalAws.Sqs;

/// <summary>Queues and messages on disk, each message a file.</summary>
internal sealed partial class QueueStore
{
    /// <summary>The attributes a queue takes, with the numbers allowed.</summary>
    private static readonly Dictionary<string, (int Min, int Max)?> Settable = new()
    {
        ["VisibilityTimeout"] = (0, 43_200),
        ["MessageRetentionPeriod"] = (60, 1_209_600),
        ["DelaySeconds"] = (0, 900),
        ["ReceiveMessageWaitTimeSeconds"] = (0, 20),
        ["MaximumMessageSize"] = (1024, 1_048_576),
        ["KmsDataKeyReusePeriodSeconds"] = (60, 86_400),
        ["Policy"] = null,
        ["RedrivePolicy"] = null,
        ["RedriveAllowPolicy"] = null,
        ["KmsMasterKeyId"] = null,
        ["SqsManagedSseEnabled"] = null,
    };

    private readonly LocalAwsOptions _options;
    private readonly EndpointAddress _address;
    private readonly string _root;
    private readonly ConcurrentDictionary<string, QueueContents> _queues = new(StringComparer.Ordinal);

    public QueueStore(LocalAwsOptions options, EndpointAddress address, LocalAwsTelemetry telemetry)
    {
        _options = options;
        _address = address;
        _root = Path.Combine(options.DataDirectory, "sqs");
        Directory.CreateDirectory(_root);
        foreach (var folder in Directory.EnumerateDirectories(_root).Where(folder => File.Exists(Path.Combine(folder, "queue.json"))))
        {
            var queue = JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(folder, "queue.json")), StateJson.Default.Queue)!;
            var contents = new QueueContents(queue, folder);
            contents.Messages.AddRange(Directory.EnumerateFiles(Path.Combine(folder, "messages"), "*.json")
                .Select(path => JsonSerializer.Deserialize(File.ReadAllBytes(path), StateJson.Default.QueueMessage)!)
                .OrderBy(message => message.SentAt));
            _queues[queue.Name] = contents;
        }

        telemetry.ObserveQueues(() => _queues.Values.Select(contents => new Measurement<long>(Count(contents).Visible, new KeyValuePair<string, object?>("queue", contents.Queue.Name))));
    }

    public IEnumerable<QueueContents> Queues => _queues.Values.OrderBy(contents => contents.Queue.Name, StringComparer.Ordinal);

    public string UrlOf(Queue queue) => $"{_address.Url}/{_options.AccountId}/{queue.Name}";

    /// <summary>Finds a queue by name.</summary>
    /// <exception cref="AwsServiceException"><c>QueueDoesNotExist</c>.</exception>
    public QueueContents Get(string name) =>
        _queues.TryGetValue(name, out var contents) ? contents : throw new AwsServiceException("QueueDoesNotExist", $"The specified queue does not exist: {name}");

    /// <summary>Finds a queue by URL: its last segment is the name.</summary>
    public QueueContents GetByUrl(string url) => Get(url[(url.TrimEnd('/').LastIndexOf('/') + 1)..].TrimEnd('/'));

    /// <summary>Finds a queue by ARN.</summary>
    public QueueContents GetByArn(string arn) => _queues.Values.FirstOrDefault(contents => contents.Queue.Arn == arn)
        ?? throw new AwsServiceException("QueueDoesNotExist", $"The specified queue does not exist: {arn}");

    /// <summary>Creates a queue; the same name with the same attributes gives the same queue.</summary>
    /// <exception cref="AwsServiceException">The name or an attribute is not valid, or the queue exists with others.</exception>
    public async Task<QueueContents> CreateAsync(string name, Dictionary<string, string> attributes, Dictionary<string, string> tags, CancellationToken cancellationToken)
    {
        if (!ValidName().IsMatch(name))
        {
            throw new AwsServiceException("InvalidParameterValue", $"Queue name '{name}': 1 to 80 letters, digits, hyphens and underscores are allowed; FIFO queues are not implemented.");
        }

        Check(attributes);
        if (_queues.TryGetValue(name, out var existing))
        {
            return attributes.All(attribute => existing.Queue.Attributes.GetValueOrDefault(attribute.Key) == attribute.Value)
                ? existing
                : throw new AwsServiceException("QueueNameExists", $"A queue already exists with the same name and a different value for an attribute: {name}");
        }

        var folder = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.Combine(folder, "messages"));
        var contents = new QueueContents(
            new Queue(name, $"arn:aws:sqs:{_options.Region}:{_options.AccountId}:{name}", DateTimeOffset.UtcNow) { Attributes = attributes, Tags = tags }, folder);
        await SaveAsync(contents, contents.Queue, cancellationToken);
        _queues[name] = contents;
        return contents;
    }

    public async Task SetAttributesAsync(QueueContents contents, Dictionary<string, string> attributes, CancellationToken cancellationToken)
    {
        Check(attributes);
        var changed = new Dictionary<string, string>(contents.Queue.Attributes);
        foreach (var (name, value) in attributes)
        {
            changed[name] = value;
        }

        await SaveAsync(contents, contents.Queue with { Attributes = changed }, cancellationToken);
    }

    public static async Task SaveAsync(QueueContents contents, Queue queue, CancellationToken cancellationToken)
    {
        await AtomicFile.WriteAsync(Path.Combine(contents.Folder, "queue.json"), JsonSerializer.SerializeToUtf8Bytes(queue, StateJson.Default.Queue), cancellationToken);
        contents.Queue = queue;
    }

    public void Delete(QueueContents contents)
    {
        _queues.TryRemove(contents.Queue.Name, out _);
        Directory.Delete(contents.Folder, recursive: true);
    }

    /// <summary>Checks that a service may send to a queue.</summary>
    /// <exception cref="AwsServiceException"><c>AccessDenied</c>, naming the action, both ARNs and what the policy lacks.</exception>
    public void Authorize(QueueContents contents, ServiceCall caller)
    {
        var queue = contents.Queue;
        var decision = queue.Policy is { } policy
            ? ResourcePolicy.Evaluate(policy, new PolicyRequest(caller.ServicePrincipal, "sqs:SendMessage", queue.Arn, SnsDelivery.Context(caller)))
            : PolicyDecision.ImplicitDeny;
        if (decision != PolicyDecision.Allow)
        {
            throw new AwsServiceException("AccessDenied",
                $"{caller.ServicePrincipal} is not authorized to perform: sqs:SendMessage on resource: {queue.Arn} for source {caller.SourceArn}; the queue policy {SnsDelivery.Needs(caller, "sqs:SendMessage", queue.Arn)}",
                HttpStatusCode.Forbidden);
        }
    }

    /// <summary>Sends a message.</summary>
    public async Task<QueueMessage> SendAsync(
        QueueContents contents, string body, Dictionary<string, MessageAttribute> attributes, TimeSpan? delay, Dictionary<string, string> systemAttributes, CancellationToken cancellationToken)
    {
        var now = DateTimeOffset.UtcNow;
        var message = new QueueMessage(Guid.NewGuid().ToString(), body, now)
        {
            MessageAttributes = attributes,
            SystemAttributes = systemAttributes,
            VisibleAt = now + (delay ?? contents.Queue.Seconds("DelaySeconds", 0)),
        };
        await StoreAsync(contents, message, cancellationToken);
        lock (contents.Lock)
        {
            contents.Messages.Add(message);
            Signal(contents);
        }

        return message;
    }

    /// <summary>Receives messages, waiting for the first one at most <paramref name="wait"/>.</summary>
    public async Task<List<QueueMessage>> ReceiveAsync(QueueContents contents, int max, TimeSpan visibility, TimeSpan wait, CancellationToken cancellationToken)
    {
        var deadline = DateTimeOffset.UtcNow + wait;
        while (true)
        {
            Task arrival;
            List<QueueMessage> received;
            DateTimeOffset next;
            lock (contents.Lock)
            {
                received = Take(contents, max, visibility);
                arrival = contents.Arrival.Task;
                next = contents.Messages.Select(message => message.VisibleAt).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
            }

            foreach (var message in received)
            {
                await StoreAsync(contents, message, cancellationToken);
            }

            received = await RedriveAsync(contents, received, cancellationToken);
            var now = DateTimeOffset.UtcNow;
            if (received.Count > 0 || now >= deadline)
            {
                return received;
            }

            var pause = (next < deadline ? next : deadline) - now;
            await Task.WhenAny(arrival, Task.Delay(pause < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : pause, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Deletes the message that was received with a handle; one that is gone already is no error.</summary>
    public static void DeleteMessage(QueueContents contents, string receiptHandle)
    {
        lock (contents.Lock)
        {
            if (Find(contents, receiptHandle) is { } message)
            {
                contents.Messages.Remove(message);
                File.Delete(PathOf(contents, message));
            }
        }
    }

    /// <summary>Makes a received message visible again later or sooner.</summary>
    /// <exception cref="AwsServiceException"><c>MessageNotInflight</c>.</exception>
    public static async Task ChangeVisibilityAsync(QueueContents contents, string receiptHandle, TimeSpan visibility, CancellationToken cancellationToken)
    {
        QueueMessage changed;
        lock (contents.Lock)
        {
            var message = Find(contents, receiptHandle) ?? throw new AwsServiceException("MessageNotInflight", "The specified message isn't in flight.");
            changed = message with { VisibleAt = DateTimeOffset.UtcNow + visibility };
            contents.Messages[contents.Messages.IndexOf(message)] = changed;
            Signal(contents);
        }

        await StoreAsync(contents, changed, cancellationToken);
    }

    public static void Purge(QueueContents contents)
    {
        lock (contents.Lock)
        {
            contents.Messages.ForEach(message => File.Delete(PathOf(contents, message)));
            contents.Messages.Clear();
        }
    }

    /// <summary>How many messages wait, are in flight, and are delayed.</summary>
    public static (int Visible, int InFlight, int Delayed) Count(QueueContents contents)
    {
        lock (contents.Lock)
        {
            Expire(contents);
            var now = DateTimeOffset.UtcNow;
            var hidden = contents.Messages.Where(message => message.VisibleAt > now).ToList();
            var inFlight = hidden.Count(message => message.ReceiveCount > 0);
            return (contents.Messages.Count - hidden.Count, inFlight, hidden.Count - inFlight);
        }
    }

    private static List<QueueMessage> Take(QueueContents contents, int max, TimeSpan visibility)
    {
        Expire(contents);
        var now = DateTimeOffset.UtcNow;
        var taken = new List<QueueMessage>();
        for (var i = 0; i < contents.Messages.Count && taken.Count < max; i++)
        {
            var message = contents.Messages[i];
            if (message.VisibleAt <= now)
            {
                message = message with
                {
                    ReceiveCount = message.ReceiveCount + 1,
                    FirstReceivedAt = message.FirstReceivedAt ?? now,
                    VisibleAt = now + visibility,
                    ReceiptHandle = Guid.NewGuid().ToString("N"),
                };
                contents.Messages[i] = message;
                taken.Add(message);
            }
        }

        return taken;
    }

    private static void Expire(QueueContents contents)
    {
        var oldest = DateTimeOffset.UtcNow - contents.Queue.Seconds("MessageRetentionPeriod", 345_600);
        foreach (var message in contents.Messages.Where(message => message.SentAt < oldest).ToList())
        {
            contents.Messages.Remove(message);
            File.Delete(PathOf(contents, message));
        }
    }

    private async Task<List<QueueMessage>> RedriveAsync(QueueContents contents, List<QueueMessage> received, CancellationToken cancellationToken)
    {
        if (contents.Queue.Attributes.GetValueOrDefault("RedrivePolicy") is not { Length: > 0 } redrive || JsonNode.Parse(redrive) is not JsonObject policy)
        {
            return received;
        }

        var limit = int.Parse(policy["maxReceiveCount"]!.ToString(), CultureInfo.InvariantCulture);
        var kept = new List<QueueMessage>();
        foreach (var message in received)
        {
            if (message.ReceiveCount <= limit)
            {
                kept.Add(message);
                continue;
            }

            await SendAsync(GetByArn(policy["deadLetterTargetArn"]!.GetValue<string>()), message.Body, message.MessageAttributes, TimeSpan.Zero, message.SystemAttributes, cancellationToken);
            DeleteMessage(contents, message.ReceiptHandle!);
        }

        return kept;
    }

    private static QueueMessage? Find(QueueContents contents, string receiptHandle) => contents.Messages.Find(message => message.ReceiptHandle == receiptHandle);

    private static Task StoreAsync(QueueContents contents, QueueMessage message, CancellationToken cancellationToken) =>
        AtomicFile.WriteAsync(PathOf(contents, message), JsonSerializer.SerializeToUtf8Bytes(message, StateJson.Default.QueueMessage), cancellationToken);

    private static string PathOf(QueueContents contents, QueueMessage message) => Path.Combine(contents.Folder, "messages", message.MessageId + ".json");

    private static void Signal(QueueContents contents)
    {
        contents.Arrival.TrySetResult();
        contents.Arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static void Check(Dictionary<string, string> attributes)
    {
        foreach (var (name, value) in attributes)
        {
            if (!Settable.TryGetValue(name, out var range))
            {
                throw new AwsServiceException("InvalidAttributeName", $"Unknown Attribute {name}; allowed are {string.Join(", ", Settable.Keys)}.");
            }

            if (range is var (min, max) && (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < min || number > max))
            {
                throw new AwsServiceException("InvalidAttributeValue", $"Invalid value '{value}' for the parameter {name}; {min} to {max} is allowed.");
            }

            if (name == "Policy" && value.Length > 0)
            {
                ResourcePolicy.Validate(value);
            }
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,80}$")]
    private static partial Regex ValidName();
}
