using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageApp.LocalAws.Storage;

namespace ImageApp.LocalAws.Lambda;

/// <summary>Functions: those registered, those that poll, and what is kept of each on disk.</summary>
internal sealed partial class FunctionStore
{
    private readonly LocalAwsOptions _options;
    private readonly string _folder;
    private readonly ConcurrentDictionary<string, LambdaFunction> _functions = new(StringComparer.Ordinal);

    public FunctionStore(LocalAwsOptions options)
    {
        _options = options;
        _folder = Path.Combine(options.DataDirectory, "lambda", "functions");
        Directory.CreateDirectory(_folder);
        foreach (var registration in options.Functions)
        {
            if (!ValidName().IsMatch(registration.Name))
            {
                throw new ArgumentException($"LocalAws:Functions: '{registration.Name}' is no function name: 1 to 64 letters, digits, hyphens and underscores.");
            }

            Add(registration);
        }

        foreach (var path in Directory.EnumerateFiles(_folder, "*.json"))
        {
            var state = JsonSerializer.Deserialize(File.ReadAllBytes(path), StateJson.Default.FunctionState)!;
            Add(new FunctionRegistration(state.Name)).State = state;
        }
    }

    public IEnumerable<LambdaFunction> Functions => _functions.Values.OrderBy(function => function.Name, StringComparer.Ordinal);

    /// <summary>Finds a function by name, ARN or <c>account:function:name</c>.</summary>
    /// <exception cref="AwsServiceException"><c>ResourceNotFoundException</c>.</exception>
    public LambdaFunction Get(string nameOrArn)
    {
        var name = nameOrArn.Split(':') is { Length: >= 7 } parts ? parts[6] : nameOrArn.Split(':')[^1];
        return _functions.TryGetValue(name, out var function)
            ? function
            : throw new AwsServiceException("ResourceNotFoundException", $"Function not found: {ArnOf(name)}", HttpStatusCode.NotFound);
    }

    /// <summary>The function that polls under a name; one that nobody registered gets AWS's defaults but the product's time-out.</summary>
    public LambdaFunction GetOrAdd(string name) => _functions.TryGetValue(name, out var function)
        ? function
        : ValidName().IsMatch(name) ? Add(new FunctionRegistration(name)) : throw new AwsServiceException("InvalidParameterValueException", $"'{name}' is no function name.");

    /// <summary>Lets a principal act on a function.</summary>
    public async Task AddPermissionAsync(LambdaFunction function, string statementId, string action, string principal, string? sourceArn, string? sourceAccount, CancellationToken cancellationToken)
    {
        if (function.State.Permissions.ContainsKey(statementId))
        {
            throw new AwsServiceException("ResourceConflictException", $"The statement id ({statementId}) provided already exists. Please provide a new statement id, or remove the existing statement.", HttpStatusCode.Conflict);
        }

        var conditions = new JsonObject();
        if (sourceArn is not null)
        {
            conditions["ArnLike"] = new JsonObject { ["aws:SourceArn"] = sourceArn };
        }

        if (sourceAccount is not null)
        {
            conditions["StringEquals"] = new JsonObject { ["aws:SourceAccount"] = sourceAccount };
        }

        var statement = new JsonObject
        {
            ["Sid"] = statementId,
            ["Effect"] = "Allow",
            ["Principal"] = principal == "*" ? JsonValue.Create("*") : new JsonObject { [principal.Contains(".amazonaws.com", StringComparison.Ordinal) ? "Service" : "AWS"] = principal },
            ["Action"] = action,
            ["Resource"] = function.Arn,
        };
        if (conditions.Count > 0)
        {
            statement["Condition"] = conditions;
        }

        await SaveAsync(function, function.State with { Permissions = new Dictionary<string, string>(function.State.Permissions) { [statementId] = statement.ToJsonString() } }, cancellationToken);
    }

    /// <summary>Takes a permission back.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> RemovePermissionAsync(LambdaFunction function, string statementId, CancellationToken cancellationToken)
    {
        var permissions = new Dictionary<string, string>(function.State.Permissions);
        var removed = permissions.Remove(statementId);
        await SaveAsync(function, function.State with { Permissions = permissions }, cancellationToken);
        return removed;
    }

    /// <summary>Sets how asynchronous invocations are retried.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameterValueException</c>.</exception>
    public async Task SetEventInvokeConfigAsync(LambdaFunction function, EventInvokeConfig config, CancellationToken cancellationToken)
    {
        if (config.MaximumRetryAttempts is < 0 or > 2 || config.MaximumEventAgeInSeconds is < 60 or > 21_600)
        {
            throw new AwsServiceException("InvalidParameterValueException", $"MaximumRetryAttempts is {config.MaximumRetryAttempts} (0 to 2 allowed), MaximumEventAgeInSeconds {config.MaximumEventAgeInSeconds} (60 to 21600 allowed).");
        }

        await SaveAsync(function, function.State with { EventInvokeConfig = config }, cancellationToken);
    }

    private async Task SaveAsync(LambdaFunction function, FunctionState state, CancellationToken cancellationToken)
    {
        await AtomicFile.WriteAsync(Path.Combine(_folder, function.Name + ".json"), JsonSerializer.SerializeToUtf8Bytes(state, StateJson.Default.FunctionState), cancellationToken);
        function.State = state;
    }

    private LambdaFunction Add(FunctionRegistration registration) => _functions.GetOrAdd(registration.Name, new LambdaFunction(registration, ArnOf(registration.Name)));

    private string ArnOf(string name) => $"arn:aws:lambda:{_options.Region}:{_options.AccountId}:function:{name}";

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$")]
    private static partial Regex ValidName();
}
