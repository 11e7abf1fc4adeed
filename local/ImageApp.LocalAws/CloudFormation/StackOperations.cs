using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ImageApp.LocalAws.CloudFormation.Templates;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>The rules of CloudFormation's operations: what may be done to a stack in which state.</summary>
internal sealed partial class StackOperations(
    CloudFormationStore store, StackEngine engine, ResourceTypes types, LocalAwsOptions options, TimeProvider time) : IDisposable
{
    /// <summary>CloudFormation User Guide, "CloudFormation quotas".</summary>
    private const int MaximumTemplateBytes = 51_200;

    /// <summary>One decision at a time: two creations of one name must not both find it free.</summary>
    private readonly SemaphoreSlim _gate = new(1, 1);

    public void Dispose() => _gate.Dispose();

    /// <exception cref="AwsServiceException"><c>ValidationError</c>: there is no such stack.</exception>
    public Stack Get(string? nameOrId) =>
        store.Find(Required(nameOrId, "stackName")) ?? throw TemplateErrors.Validation($"Stack with id {nameOrId} does not exist");

    /// <exception cref="AwsServiceException"><c>ChangeSetNotFound</c>.</exception>
    public ChangeSet GetChangeSet(string? nameOrId, string? stackNameOrId) =>
        store.FindChangeSet(Required(nameOrId, "changeSetName"), stackNameOrId)
        ?? throw new AwsServiceException("ChangeSetNotFound", $"ChangeSet [{nameOrId}] does not exist", System.Net.HttpStatusCode.NotFound);

    /// <summary>Starts the creation of a stack.</summary>
    public Task<Stack> CreateAsync(StackRequest request, CancellationToken cancellationToken) =>
        GatedAsync(
            async () =>
            {
                var name = CheckName(request.StackName);
                if (store.Find(name) is { } existing)
                {
                    return IsRepeated(existing, StackOperation.Create, request.ClientRequestToken)
                        ? existing
                        : throw new AwsServiceException("AlreadyExistsException", $"Stack [{name}] already exists");
                }

                var id = NewStackId(name);
                var (definition, _) = Bind(request.Define(null), name, id);
                var stack = new Stack
                {
                    StackId = id,
                    StackName = name,
                    Definition = definition,
                    Status = StackStatus.CreateInProgress,
                    CreationTime = time.GetUtcNow(),
                    RoleArn = request.RoleArn,
                    TimeoutInMinutes = request.TimeoutInMinutes,
                    EnableTerminationProtection = request.EnableTerminationProtection,
                    Operation = new StackOperation(StackOperation.Create)
                    {
                        ClientRequestToken = request.ClientRequestToken,
                        OnFailure = request.OnFailure,
                    },
                };
                await engine.StartAsync(stack, StackStatus.CreateInProgress, "User Initiated", cancellationToken);
                return stack;
            },
            cancellationToken);

    /// <summary>Starts an update of a stack.</summary>
    /// <exception cref="AwsServiceException"><c>ValidationError</c>, also with "No updates are to be performed."</exception>
    public Task<Stack> UpdateAsync(StackRequest request, CancellationToken cancellationToken) => GatedAsync(async () =>
    {
        var stack = Get(request.StackName);
        if (IsRepeated(stack, StackOperation.Update, request.ClientRequestToken))
        {
            return stack;
        }

        CheckUpdatable(stack);
        var (definition, template) = Bind(request.Define(stack.Definition), stack.StackName, stack.StackId);
        var plan = ChangePlan.Of(stack, definition, template, store, types);
        if (plan.IsEmpty && stack.Status != StackStatus.UpdateFailed)
        {
            throw TemplateErrors.Validation("No updates are to be performed.");
        }

        await StartUpdateAsync(stack, definition, request.OnFailure, request.ClientRequestToken, request.RoleArn, null, cancellationToken);
        return stack;
    }, cancellationToken);

    /// <summary>Takes a failed rollback up again.</summary>
    public Task ContinueUpdateRollbackAsync(string? nameOrId, CancellationToken cancellationToken) => GatedAsync(async () =>
    {
        var stack = Get(nameOrId);
        if (stack.Status != StackStatus.UpdateRollbackFailed)
        {
            throw TemplateErrors.Validation($"Stack:{stack.StackId} is in {stack.Status} state and can not continue update rollback.");
        }

        await engine.StartAsync(stack, StackStatus.UpdateRollbackInProgress, "User Initiated", cancellationToken);
        return stack;
    }, cancellationToken);

    /// <summary>Protects a stack from deletion, or no longer.</summary>
    public Task<Stack> SetTerminationProtectionAsync(string? nameOrId, bool isProtected, CancellationToken cancellationToken) =>
        GatedAsync(
            async () =>
            {
                var stack = Get(nameOrId);
                if (stack.IsDeleted || StackStatus.IsRunning(stack.Status))
                {
                    throw TemplateErrors.Validation($"Stack:{stack.StackId} is in {stack.Status} state and can not be updated.");
                }

                stack = stack with { EnableTerminationProtection = isProtected };
                await store.SaveAsync(stack, cancellationToken);
                return stack;
            },
            cancellationToken);

    /// <summary>Starts the deletion of a stack; one that is not there, or is being deleted, is no error.</summary>
    public Task DeleteAsync(
        string? nameOrId,
        IReadOnlyList<string> retain,
        string? clientRequestToken,
        CancellationToken cancellationToken) =>
        GatedAsync<Stack?>(
            async () =>
            {
                var stack = store.Find(Required(nameOrId, "stackName"));
                if (stack is null || stack.IsDeleted || stack.Status == StackStatus.DeleteInProgress)
                {
                    return stack;
                }

                if (stack.EnableTerminationProtection)
                {
                    throw TemplateErrors.Validation($"Stack [{stack.StackName}] cannot be deleted while TerminationProtection is enabled");
                }

                if (StackStatus.IsRunning(stack.Status))
                {
                    throw TemplateErrors.Validation(
                        $"Stack:{stack.StackId} is in {stack.Status} state and can not be deleted until it has finished.");
                }

                if (retain.Count > 0 && stack.Status != StackStatus.DeleteFailed)
                {
                    throw TemplateErrors.Validation(
                        $"Invalid operation on stack [{stack.StackName}]. When you delete a stack, specify which resources to retain only "
                        + "when the stack is in the DELETE_FAILED state.");
                }

                if (retain.FirstOrDefault(id => stack.Find(id) is null) is { } unknown)
                {
                    throw TemplateErrors.Validation($"Resource {unknown} to be retained does not exist in stack {stack.StackName}");
                }

                engine.CheckExportsInUse(stack, []);
                foreach (var changeSet in ChangeSetsOf(stack))
                {
                    store.Remove(changeSet);
                }

                stack = stack with
                {
                    Operation = new StackOperation(StackOperation.Delete)
                    {
                        ClientRequestToken = clientRequestToken,
                        Retain = retain,
                        Cleanup = stack.Operation?.Cleanup ?? [],
                    },
                };
                await engine.StartAsync(stack, StackStatus.DeleteInProgress, "User Initiated", cancellationToken);
                return stack;
            },
            cancellationToken);

    /// <summary>Foresees what a change set would do; nothing is changed but, for a new stack, that it is there for review.</summary>
    public Task<ChangeSet> CreateChangeSetAsync(ChangeSetRequest request, CancellationToken cancellationToken) =>
        GatedAsync(
            async () =>
            {
                var name = Required(request.Name, "changeSetName");
                if (!StackName().IsMatch(name))
                {
                    throw BadName(name, "changeSetName");
                }

                var existing = store.Find(Required(request.Stack.StackName, "stackName"));
                if (existing is not null && store.FindChangeSet(name, existing.StackId) is { } same)
                {
                    return request.ClientToken is not null && same.ClientToken == request.ClientToken
                        ? same
                        : throw new AwsServiceException(
                            "AlreadyExistsException",
                            $"ChangeSet {name} already exists for stack {existing.StackName}");
                }

                var isReview = existing?.Status == StackStatus.ReviewInProgress;
                Stack stack;
                StackDefinition definition;
                if (request.Type == "CREATE")
                {
                    if (existing is not null && !isReview)
                    {
                        throw TemplateErrors.Validation(
                            $"Stack [{existing.StackName}] already exists and cannot be created again with the changeSet [{name}].");
                    }

                    definition = request.Stack.Define(null);
                    var stackName = existing?.StackName ?? CheckName(request.Stack.StackName);
                    stack =
                        existing
                        ?? new Stack
                        {
                            StackId = NewStackId(stackName),
                            StackName = stackName,
                            Definition = definition,
                            Status = StackStatus.ReviewInProgress,
                            StatusReason = "User Initiated",
                            CreationTime = time.GetUtcNow(),
                        };
                }
                else
                {
                    stack = existing ?? throw TemplateErrors.Validation($"Stack [{request.Stack.StackName}] does not exist");
                    CheckUpdatable(stack);
                    definition = request.Stack.Define(stack.Definition);
                }

                (definition, var template) = Bind(definition, stack.StackName, stack.StackId);
                var plan = ChangePlan.Of(stack, definition, template, store, types);
                if (existing is null)
                {
                    await store.SaveAsync(stack, cancellationToken);
                }

                var isEmpty = plan.IsEmpty && request.Type == "UPDATE" && stack.Status != StackStatus.UpdateFailed;
                var changeSet = new ChangeSet
                {
                    Id = $"arn:{Partition}:cloudformation:{options.Region}:{options.AccountId}:changeSet/{name}/{Guid.NewGuid()}",
                    Name = name,
                    StackId = stack.StackId,
                    StackName = stack.StackName,
                    Type = request.Type,
                    Description = request.Description,
                    ClientToken = request.ClientToken,
                    Definition = definition,
                    CreationTime = time.GetUtcNow(),
                    Status = isEmpty ? "FAILED" : "CREATE_COMPLETE",
                    StatusReason = isEmpty
                        ? "The submitted information didn't contain changes. Submit different information to create a change set."
                        : null,
                    ExecutionStatus = isEmpty ? "UNAVAILABLE" : "AVAILABLE",
                    OnStackFailure = request.Stack.OnFailure,
                    RoleArn = request.Stack.RoleArn,
                    Changes = plan.Changes,
                };
                await store.SaveAsync(changeSet, cancellationToken);
                return changeSet;
            },
            cancellationToken);

    /// <summary>Starts the creation or update that a change set foresaw, and drops the stack's other change sets.</summary>
    public Task ExecuteChangeSetAsync(
        string? nameOrId,
        string? stackNameOrId,
        string? clientRequestToken,
        bool disableRollback,
        CancellationToken cancellationToken) =>
        GatedAsync(
            async () =>
            {
                var changeSet = GetChangeSet(nameOrId, stackNameOrId);
                var stack = Get(changeSet.StackId);
                if (
                    changeSet.ExecutionStatus == "EXECUTE_COMPLETE"
                    && clientRequestToken is not null
                    && stack.Operation?.ClientRequestToken == clientRequestToken)
                {
                    return changeSet;
                }

                if (
                    changeSet.ExecutionStatus != "AVAILABLE"
                    || (changeSet.Type == "CREATE" && stack.Status != StackStatus.ReviewInProgress))
                {
                    var status = changeSet.ExecutionStatus == "UNAVAILABLE" ? changeSet.Status : changeSet.ExecutionStatus;
                    throw new AwsServiceException(
                        "InvalidChangeSetStatus",
                        $"ChangeSet [{changeSet.Id}] cannot be executed in its current status of [{status}]");
                }

                var onFailure = disableRollback ? "DO_NOTHING" : changeSet.OnStackFailure;
                if (changeSet.Type == "CREATE")
                {
                    stack = stack with
                    {
                        Definition = changeSet.Definition,
                        RoleArn = changeSet.RoleArn,
                        ChangeSetId = changeSet.Id,
                        Operation = new StackOperation(StackOperation.Create)
                        {
                            ClientRequestToken = clientRequestToken,
                            OnFailure = onFailure,
                        },
                    };
                    await engine.StartAsync(stack, StackStatus.CreateInProgress, "User Initiated", cancellationToken);
                }
                else
                {
                    CheckUpdatable(stack);
                    await StartUpdateAsync(
                        stack,
                        changeSet.Definition,
                        onFailure,
                        clientRequestToken,
                        changeSet.RoleArn,
                        changeSet.Id,
                        cancellationToken);
                }

                foreach (var other in ChangeSetsOf(stack).Where(other => other.Id != changeSet.Id))
                {
                    store.Remove(other);
                }

                await store.SaveAsync(changeSet with { ExecutionStatus = "EXECUTE_COMPLETE" }, cancellationToken);
                return changeSet;
            },
            cancellationToken);

    /// <summary>Drops a change set; one that is not there is no error where its stack is.</summary>
    public Task DeleteChangeSetAsync(string? nameOrId, string? stackNameOrId, CancellationToken cancellationToken) => GatedAsync(() =>
    {
        if (store.FindChangeSet(Required(nameOrId, "changeSetName"), stackNameOrId) is { } changeSet)
        {
            store.Remove(changeSet);
        }
        else if (stackNameOrId is not null)
        {
            Get(stackNameOrId);
        }

        return Task.FromResult(nameOrId);
    }, cancellationToken);

    /// <summary>A stack's change sets, oldest first.</summary>
    public List<ChangeSet> ChangeSetsOf(Stack stack) => [.. store.ChangeSets.Where(changeSet => changeSet.StackId == stack.StackId)];

    /// <summary>Reads a template without binding it.</summary>
    public Template Parse(string templateBody)
    {
        CheckSize(templateBody);
        return TemplateParser.Parse(templateBody, types);
    }

    public static string Required(string? value, string member) =>
        string.IsNullOrEmpty(value)
            ? throw TemplateErrors.Validation(
                $"1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null")
            : value;

    /// <summary>Also writes the defaults into the definition: they stay the stack's values when a later template has others.</summary>
    private (StackDefinition Definition, BoundTemplate Template) Bind(StackDefinition definition, string stackName, string stackId)
    {
        CheckSize(definition.TemplateBody);
        var template = engine.Bind(definition, stackName, stackId);
        return (
            definition with
            {
                Parameters = template.Parameters,
                HiddenParameters = template.HiddenParameters,
                Description = template.Description,
            },
            template);
    }

    private static void CheckSize(string templateBody)
    {
        var size = Encoding.UTF8.GetByteCount(templateBody);
        if (size is 0 or > MaximumTemplateBytes)
        {
            throw TemplateErrors.Validation(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length of 1 to "
                    + $"{MaximumTemplateBytes}, but has {size}"));
        }
    }

    private Task StartUpdateAsync(
        Stack stack,
        StackDefinition definition,
        string onFailure,
        string? clientRequestToken,
        string? roleArn,
        string? changeSetId,
        CancellationToken cancellationToken) =>
        engine.StartAsync(
            stack with
            {
                Definition = definition,
                LastUpdatedTime = time.GetUtcNow(),
                RoleArn = roleArn ?? stack.RoleArn,
                ChangeSetId = changeSetId ?? stack.ChangeSetId,
                Operation = new StackOperation(StackOperation.Update)
                {
                    ClientRequestToken = clientRequestToken,
                    OnFailure = onFailure == "DO_NOTHING" ? onFailure : "ROLLBACK",
                    Previous = new StackSnapshot(stack.Definition, stack.Resources, stack.Outputs, stack.Imports),
                    Cleanup = stack.Operation?.Cleanup ?? [],
                },
            },
            StackStatus.UpdateInProgress,
            "User Initiated",
            cancellationToken);

    private async Task<T> GatedAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return await action();
        }
        finally
        {
            _gate.Release();
        }
    }

    private static bool IsRepeated(Stack stack, string kind, string? token) =>
        token is not null && stack.Operation?.Kind == kind && stack.Operation.ClientRequestToken == token;

    private static void CheckUpdatable(Stack stack)
    {
        if (!StackStatus.IsUpdatable(stack.Status))
        {
            throw TemplateErrors.Validation($"Stack:{stack.StackId} is in {stack.Status} state and can not be updated.");
        }
    }

    private static string CheckName(string? name) =>
        StackName().IsMatch(Required(name, "stackName")) ? name! : throw BadName(name!, "stackName");

    private static AwsServiceException BadName(string name, string member) =>
        TemplateErrors.Validation(
            $"1 validation error detected: Value '{name}' at '{member}' failed to satisfy constraint: Member must satisfy regular "
            + "expression pattern: [a-zA-Z][-a-zA-Z0-9]* and have length less than or equal to 128");

    private string Partition => PseudoParameters.Partition(options.Region);

    private string NewStackId(string name) =>
        $"arn:{Partition}:cloudformation:{options.Region}:{options.AccountId}:stack/{name}/{Guid.NewGuid()}";

    [GeneratedRegex(@"\A[a-zA-Z][-a-zA-Z0-9]{0,127}\z")]
    private static partial Regex StackName();
}
