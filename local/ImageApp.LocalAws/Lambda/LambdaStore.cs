using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using ImageApp.LocalAws.Policies;
using ImageApp.LocalAws.Storage;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Lambda;

/// <summary>The functions of the account: their settings, permissions and invocations.</summary>
internal sealed class LambdaStore : IAsyncDisposable
{
    /// <summary>The account's limit of concurrent executions (Lambda Developer Guide, "Lambda quotas").</summary>
    public const int ConcurrencyLimit = 1000;

    private readonly LocalAwsOptions _options;
    private readonly TimeProvider _time;
    private readonly FunctionInvoker _invoker;
    private readonly LambdaMetrics _metrics;
    private readonly ILogger<LambdaStore> _logger;
    private readonly ConcurrentDictionary<string, Function> _functions = new(StringComparer.Ordinal);
    private readonly Outbox<AsynchronousInvocation> _invocations;
    private readonly JsonFolder<FunctionSettings> _files;

    public LambdaStore(
        LocalAwsOptions options,
        TimeProvider time,
        FunctionInvoker invoker,
        Outbox<AsynchronousInvocation> invocations,
        LambdaMetrics metrics,
        ILogger<LambdaStore> logger)
    {
        _options = options;
        _time = time;
        _invoker = invoker;
        _invocations = invocations;
        _metrics = metrics;
        _logger = logger;
        _files = new JsonFolder<FunctionSettings>(
            Path.Combine(options.DataDirectory, "lambda"),
            LambdaJsonContext.Default.FunctionSettings);
        LoadFunctions();
    }

    public IEnumerable<Function> Functions => _functions.Values.OrderBy(function => function.Name, StringComparer.Ordinal);

    /// <summary>The function of a name or ARN.</summary>
    /// <exception cref="AwsServiceException"><c>ResourceNotFoundException</c>: there is none.</exception>
    public Function Get(string nameOrArn)
    {
        var name = FunctionName.Parse(nameOrArn);
        var function = _functions.GetValueOrDefault(name);
        var isOurs =
            !nameOrArn.StartsWith("arn:", StringComparison.Ordinal)
            || function is not null && nameOrArn.StartsWith(function.Arn, StringComparison.Ordinal);
        return function is not null && isOurs
            ? function
            : throw new AwsServiceException(
                "ResourceNotFoundException",
                $"Function not found: {(nameOrArn.StartsWith("arn:", StringComparison.Ordinal) ? nameOrArn : ArnOf(name))}. The functions "
                + $"of this account are: {string.Join(", ", Functions.Select(item => item.Name))}.",
                HttpStatusCode.NotFound);
    }

    /// <summary>The function of a name; null where nobody registered it.</summary>
    public Function? Find(string name) => _functions.GetValueOrDefault(name);

    /// <summary>Changes a function's settings and keeps them.</summary>
    public async Task<FunctionSettings> ChangeAsync(
        Function function,
        Func<FunctionSettings, FunctionSettings> change,
        CancellationToken cancellationToken)
    {
        await function.SettingsChange.WaitAsync(cancellationToken);
        try
        {
            var changed = change(function.Settings) with { LastModified = _time.GetUtcNow(), RevisionId = Guid.NewGuid().ToString() };
            await _files.SaveAsync(function.Name, changed, cancellationToken);
            function.Settings = changed;
            return changed;
        }
        finally
        {
            function.SettingsChange.Release();
        }
    }

    /// <summary>Runs the function and waits for its result.</summary>
    /// <exception cref="AwsServiceException"><c>TooManyRequestsException</c>: more run than the account may.</exception>
    public async Task<InvocationResult> InvokeAsync(
        Function function,
        byte[] payload,
        ActivityContext parent,
        string? clientContext,
        CancellationToken cancellationToken)
    {
        if (function.Load >= ConcurrencyLimit)
        {
            _metrics.Throttled(function.Name);
            throw new AwsServiceException(
                "TooManyRequestsException",
                $"Rate Exceeded. {function.Load} invocations of {function.Name} run or wait; allowed are {ConcurrencyLimit}.",
                HttpStatusCode.TooManyRequests);
        }

        var requestId = Guid.NewGuid().ToString();
        var wait = function.Timeout;

        // As in AWS, a caller that goes away does not stop what it has started.
        var result = await _invoker
            .RunAsync(function, new Invocation(requestId, payload) { ClientContext = clientContext }, parent, wait, _invoker.Stopping)
            .WaitAsync(cancellationToken);
        if (result is not null)
        {
            return result;
        }

        _logger.NoPoller(function.Name, requestId, $"/{function.Name}{RuntimeApi.Next}", wait);
        var outcome = InvocationOutcome.Failed(
            "Sandbox.Timedout",
            string.Create(
                CultureInfo.InvariantCulture,
                $"RequestId: {requestId} Error: Task timed out after {wait.TotalSeconds:F2} seconds: no process of the function asked the "
                + $"Runtime API for it"),
            needsRestart: false);
        return new InvocationResult(requestId, outcome.Payload, outcome.ErrorType, "");
    }

    /// <summary>Accepts an invocation; done when it is on disk.</summary>
    /// <returns>The request id.</returns>
    public async Task<string> EnqueueAsync(Function function, byte[] payload, ActivityContext parent)
    {
        var now = _time.GetUtcNow();
        var invocation = new AsynchronousInvocation
        {
            RequestId = Guid.NewGuid().ToString(),
            FunctionName = function.Name,
            Payload = payload,
            AcceptedAt = now,
            NotBefore = now,
            TraceParent = parent == default ? null : LocalAwsTelemetry.TraceParent(parent),
        };
        await _invocations.AddAsync([invocation]);
        return invocation.RequestId;
    }

    /// <summary>Accepts an invocation from another service if the function's policy allows it.</summary>
    /// <exception cref="AwsServiceException">
    /// <c>ResourceNotFoundException</c>; <c>AccessDeniedException</c> where no permission covers the caller, naming action and ARNs.
    /// </exception>
    public Task<string> EnqueueAsync(ServiceCall caller, string functionArn, byte[] payload, ActivityContext parent) =>
        EnqueueAsync(RequireInvocable(caller, functionArn), payload, parent);

    /// <summary>The function, if its policy lets another service invoke it.</summary>
    /// <exception cref="AwsServiceException">
    /// <c>ResourceNotFoundException</c>; <c>AccessDeniedException</c> where no permission covers the caller, naming action and ARNs.
    /// </exception>
    public Function RequireInvocable(ServiceCall caller, string functionArn)
    {
        const string Action = "lambda:InvokeFunction";
        var function = Get(functionArn);
        var decision = ServiceCallAuthorization.Decide(caller, Action, function.Arn, function.Settings.Policy, _time.GetUtcNow());
        if (decision == PolicyDecision.Allow)
        {
            return function;
        }

        var reason = ServiceCallAuthorization.Explain(
            decision,
            caller,
            Action,
            function.Arn,
            $"The resource policy of function {function.Name}");
        _logger.InvokeRefused(function.Name, caller.ServicePrincipal, Action, function.Arn, caller.SourceArn, reason);
        throw new AwsServiceException(
            "AccessDeniedException",
            $"{caller.ServicePrincipal} is not authorized to perform {Action} on {function.Arn} on behalf of {caller.SourceArn}. "
            + $"{reason} An AWS::Lambda::Permission is missing.",
            HttpStatusCode.Forbidden);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var function in _functions.Values)
        {
            await function.DisposeAsync();
        }
    }

    private void LoadFunctions()
    {
        var registered = _options.Functions.ToDictionary(registration => FunctionName.Parse(registration.Name), StringComparer.Ordinal);
        var stored = _files.Load().ToDictionary(settings => settings.Name, StringComparer.Ordinal);
        foreach (var registration in registered.Values)
        {
            _functions[registration.Name] = Create(registration, stored.GetValueOrDefault(registration.Name));
        }

        foreach (var settings in stored.Values.Where(settings => !registered.ContainsKey(settings.Name)))
        {
            var registration = new FunctionRegistration(settings.Name)
            {
                MemorySize = settings.MemorySize,
                Timeout = TimeSpan.FromSeconds(settings.TimeoutSeconds),
            };
            _functions[settings.Name] = Create(registration, settings);
        }
    }

    private Function Create(FunctionRegistration registration, FunctionSettings? stored)
    {
        var memory = registration.MemorySize;
        var timeout = registration.Timeout.TotalSeconds;
        var settings = (stored ?? new FunctionSettings
        {
            Name = registration.Name,
            MemorySize = memory,
            TimeoutSeconds = timeout,
            LastModified = _time.GetUtcNow(),
            RevisionId = Guid.NewGuid().ToString(),
        }) with
        {
            MemorySize = stored is not null && stored.RegisteredMemorySize == memory ? stored.MemorySize : memory,
            RegisteredMemorySize = memory,
            TimeoutSeconds = stored is not null && stored.RegisteredTimeoutSeconds == timeout ? stored.TimeoutSeconds : timeout,
            RegisteredTimeoutSeconds = timeout,
        };
        return new Function(ArnOf(registration.Name), registration, settings, _time, _logger);
    }

    private string ArnOf(string name) => $"arn:aws:lambda:{_options.Region}:{_options.AccountId}:function:{name}";
}
