using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ImageApp.LocalAws.Policies;
using ImageApp.LocalAws.Storage;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Sqs;

/// <summary>The queues of the account.</summary>
internal sealed partial class SqsStore : IAsyncDisposable
{
    /// <summary>What the name of a FIFO queue ends with.</summary>
    public const string FifoSuffix = ".fifo";

    private const int MaximumNameLength = 80;

    private readonly LocalAwsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<SqsStore> _logger;
    private readonly ConcurrentDictionary<string, Queue> _queues = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _change = new(1);

    public SqsStore(LocalAwsOptions options, TimeProvider time, IMeterFactory meters, ILogger<SqsStore> logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        Directory.CreateDirectory(Folder);
        foreach (var file in Directory.EnumerateFiles(Folder, "queue.json", SearchOption.AllDirectories))
        {
            var state = Read(file);
            _queues[state.Name] = Open(state);
        }

        meters
            .Create(LocalAwsTelemetry.Name)
            .CreateObservableGauge(
                "aws.sqs.approximate_number_of_messages_visible",
                () =>
                    _queues.Values.Select(queue => new Measurement<int>(
                        queue.Count().Visible,
                        KeyValuePair.Create<string, object?>("queue", queue.Name))),
                "{message}",
                "Messages that wait in a queue; in a dead-letter queue, failures that nobody has looked at.");
    }

    public IEnumerable<Queue> Queues => _queues.Values.OrderBy(queue => queue.Name, StringComparer.Ordinal);

    private string Folder => Path.Combine(_options.DataDirectory, "sqs");

    /// <summary>Creates a queue, or finds the one that is there with the same attributes.</summary>
    /// <exception cref="AwsServiceException"><c>QueueNameExists</c>: it is there with others.</exception>
    public async Task<Queue> CreateAsync(
        string name,
        IReadOnlyDictionary<string, string> attributes,
        IReadOnlyDictionary<string, string> tags,
        CancellationToken cancellationToken)
    {
        var isFifo = name.EndsWith(FifoSuffix, StringComparison.Ordinal);
        if (name.Length > MaximumNameLength || !QueueName().IsMatch(isFifo ? name[..^FifoSuffix.Length] : name))
        {
            throw new AwsServiceException(
                "InvalidParameterValue",
                $"Can only include alphanumeric characters, hyphens, or underscores. 1 to {MaximumNameLength} in length; '{name}' is no "
                + $"such name. That of a FIFO queue ends with {FifoSuffix}.");
        }

        var valid = QueueAttributes.OfNew(isFifo, attributes);
        QueueTags.Validate(tags);
        await _change.WaitAsync(cancellationToken);
        try
        {
            if (_queues.TryGetValue(name, out var existing))
            {
                var present = QueueAttributes.Effective(existing.State.Attributes);
                var different = valid.FirstOrDefault(pair => present.GetValueOrDefault(pair.Key) != pair.Value).Key;
                return different is null
                    ? existing
                    : throw new AwsServiceException(
                        "QueueNameExists",
                        $"A queue already exists with the same name and a different value for attribute {different}");
            }

            var now = _time.GetUtcNow();
            var state = new QueueState { Name = name, Attributes = valid, Tags = tags, CreatedAt = now, LastModifiedAt = now };
            CheckRedriveTarget(ArnOf(name), valid);
            await WriteAsync(state, cancellationToken);
            return _queues[name] = Open(state);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Deletes a queue and its messages.</summary>
    public async Task DeleteAsync(Queue queue)
    {
        await _change.WaitAsync();
        try
        {
            if (_queues.TryRemove(KeyValuePair.Create(queue.Name, queue)))
            {
                await queue.DisposeAsync();
                Directory.Delete(FolderOf(queue.Name), recursive: true);
            }
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Changes a queue's attributes and keeps them.</summary>
    public Task SetAttributesAsync(Queue queue, IReadOnlyDictionary<string, string> changes, CancellationToken cancellationToken) =>
        ChangeAsync(
            queue,
            state =>
            {
                var changed = QueueAttributes.Change(state.Attributes, changes);
                if (changes.ContainsKey(QueueAttributes.RedrivePolicyName))
                {
                    CheckRedriveTarget(queue.Arn, changed);
                }

                return state with { Attributes = changed };
            },
            cancellationToken);

    /// <summary>Changes the policy by a function of the present one; null is none.</summary>
    public Task ChangePolicyAsync(Queue queue, Func<string?, string?> change, CancellationToken cancellationToken) => ChangeAsync(
        queue,
        state =>
        {
            var policy = change(state.Attributes.GetValueOrDefault(QueueAttributes.Policy)) ?? "";
            var changes = new Dictionary<string, string> { [QueueAttributes.Policy] = policy };
            return state with { Attributes = QueueAttributes.Change(state.Attributes, changes) };
        },
        cancellationToken);

    /// <summary>Replaces all attributes by the given ones, as CloudFormation does.</summary>
    public Task ReplaceAttributesAsync(Queue queue, IReadOnlyDictionary<string, string> attributes, CancellationToken cancellationToken)
    {
        return ChangeAsync(
            queue,
            state =>
            {
                // The policy is another resource's, AWS::SQS::QueuePolicy.
                var kept = state.Attributes.Where(pair => pair.Key is QueueAttributes.Policy or QueueAttributes.FifoQueue).ToDictionary();
                var replaced = QueueAttributes.Change(kept, attributes);
                CheckRedriveTarget(queue.Arn, replaced);
                return state with { Attributes = replaced };
            },
            cancellationToken);
    }

    public Task SetTagsAsync(
        Queue queue,
        Func<IReadOnlyDictionary<string, string>, IReadOnlyDictionary<string, string>> change,
        CancellationToken cancellationToken) =>
        ChangeAsync(
            queue,
            state =>
            {
                var tags = change(state.Tags);
                QueueTags.Validate(tags);
                return state with { Tags = tags };
            },
            cancellationToken);

    /// <summary>The queue of that name.</summary>
    /// <exception cref="AwsServiceException"><c>QueueDoesNotExist</c>.</exception>
    public Queue Get(string name) =>
        _queues.GetValueOrDefault(name)
        ?? throw new AwsServiceException(
            "QueueDoesNotExist",
            $"The specified queue does not exist: {name}. The queues of this account are: "
            + $"{string.Join(", ", Queues.Select(queue => queue.Name))}.");

    /// <summary>The queue of a URL; only its path counts, because the port may differ from run to run.</summary>
    public Queue GetByUrl(string url)
    {
        var path =
            Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme.StartsWith("http", StringComparison.Ordinal)
                ? uri.AbsolutePath
                : url;
        return path.Trim('/').Split('/') is [var account, var name] && account == _options.AccountId
            ? Get(name)
            : throw new AwsServiceException(
                "InvalidAddress",
                $"The address '{url}' is not valid for this endpoint: a queue's URL ends with /{_options.AccountId}/ and its name.",
                HttpStatusCode.NotFound);
    }

    /// <summary>The queue of a URL; null where there is none.</summary>
    public Queue? FindByUrl(string url) => _queues.GetValueOrDefault(url[(url.LastIndexOf('/') + 1)..]);

    /// <summary>The queue of an ARN; null where there is none.</summary>
    public Queue? FindByArn(string arn) => _queues.Values.FirstOrDefault(queue => queue.Arn == arn);

    public string UrlOf(Queue queue, Uri endpoint) => new Uri(endpoint, $"/{_options.AccountId}/{queue.Name}").ToString();

    /// <summary>Where a queue's messages go that were received too often; null where it has none.</summary>
    public (Queue Queue, int MaxReceiveCount)? DeadLettersOf(Queue queue)
    {
        if (!queue.State.Attributes.TryGetValue(QueueAttributes.RedrivePolicyName, out var json))
        {
            return null;
        }

        var policy = RedrivePolicy.Parse(json);
        return FindByArn(policy.DeadLetterTargetArn) is { } target ? (target, policy.MaxReceiveCount) : null;
    }

    /// <summary>Sends for another service, if the queue's policy allows it.</summary>
    /// <exception cref="AwsServiceException">
    /// <c>QueueDoesNotExist</c>; <c>AccessDenied</c> where the policy does not allow <c>sqs:SendMessage</c>, naming action and ARNs; and as
    /// in <see cref="OutgoingMessage.For"/>.
    /// </exception>
    public async Task<string> SendAsync(ServiceCall caller, string queueArn, OutgoingMessage message, CancellationToken cancellationToken)
    {
        const string Action = "sqs:SendMessage";
        cancellationToken.ThrowIfCancellationRequested();
        var queue =
            FindByArn(queueArn) ?? throw new AwsServiceException("QueueDoesNotExist", $"The specified queue does not exist: {queueArn}.");
        var decision = ServiceCallAuthorization.Decide(
            caller,
            Action,
            queue.Arn,
            queue.State.Attributes.GetValueOrDefault(QueueAttributes.Policy),
            _time.GetUtcNow());
        if (decision != PolicyDecision.Allow)
        {
            throw new AwsServiceException(
                "AccessDenied",
                $"{caller.ServicePrincipal} is not authorized to perform {Action} on {queue.Arn} on behalf of {caller.SourceArn}. "
                + ServiceCallAuthorization.Explain(decision, caller, Action, queue.Arn, $"The policy of queue {queue.Name}"),
                HttpStatusCode.Forbidden);
        }

        return (await queue.AddAsync(message.For(queue))).MessageId;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var queue in _queues.Values)
        {
            await queue.DisposeAsync();
        }
    }

    private static QueueState Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), SqsJsonContext.Default.QueueState)
                ?? throw new JsonException("The file holds null.");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"{file} is damaged: {failure.Message}", failure);
        }
    }

    private async Task ChangeAsync(Queue queue, Func<QueueState, QueueState> change, CancellationToken cancellationToken)
    {
        await queue.StateChange.WaitAsync(cancellationToken);
        try
        {
            var changed = change(queue.State) with { LastModifiedAt = _time.GetUtcNow() };
            await WriteAsync(changed, cancellationToken);
            queue.State = changed;
        }
        finally
        {
            queue.StateChange.Release();
        }
    }

    private void CheckRedriveTarget(string sourceArn, IReadOnlyDictionary<string, string> attributes)
    {
        if (!attributes.TryGetValue(QueueAttributes.RedrivePolicyName, out var json))
        {
            return;
        }

        AwsServiceException Invalid(string reason) =>
            new("InvalidParameterValue", $"Value {json} for parameter {QueueAttributes.RedrivePolicyName} is invalid. Reason: {reason}");
        var arn = RedrivePolicy.Parse(json).DeadLetterTargetArn;
        var target = FindByArn(arn) ?? throw Invalid($"Dead letter target does not exist: {arn}.");
        if (target.IsFifo != QueueAttributes.IsFifo(attributes))
        {
            throw Invalid("Dead-letter queue must be same type of queue as the source.");
        }

        if (
            target.State.Attributes.TryGetValue(QueueAttributes.RedriveAllowPolicyName, out var allowed)
            && !RedriveAllowPolicy.Parse(allowed).Allows(sourceArn))
        {
            throw Invalid($"The {QueueAttributes.RedriveAllowPolicyName} of {arn} does not allow {sourceArn} to use it.");
        }
    }

    private string ArnOf(string name) => $"arn:aws:sqs:{_options.Region}:{_options.AccountId}:{name}";

    private Queue Open(QueueState state) =>
        new(
            ArnOf(state.Name),
            state,
            Path.Combine(FolderOf(state.Name), "messages.journal"),
            _time,
            _logger);

    private Task WriteAsync(QueueState state, CancellationToken cancellationToken) =>
        AtomicFile.WriteAsync(
            Path.Combine(FolderOf(state.Name), "queue.json"),
            JsonSerializer.SerializeToUtf8Bytes(state, SqsJsonContext.Default.QueueState),
            cancellationToken);

    private string FolderOf(string name) => Path.Combine(Folder, name);

    [GeneratedRegex("^[A-Za-z0-9_-]{1,80}$")]
    private static partial Regex QueueName();
}
