using System.Text.RegularExpressions;
using ImageApp.LocalAws.CloudFormation.Templates;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>The rules of CloudFormation's operations: what may be done to a stack in which state.</summary>
internal sealed partial class StackOperations(
    CloudFormationStore store,
    StackEngine engine,
    ResourceTypes types,
    StackNotifications notifications,
    LocalAwsOptions options,
    TimeProvider time) : IDisposable
{
    /// <summary>Of older detections nobody asks.</summary>
    private const int DetectionsKept = 10;

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
                    StackPolicy = request.StackPolicy,
                    Operation = new StackOperation(StackOperation.Create)
                    {
                        ClientRequestToken = request.ClientRequestToken,
                        OnFailure = request.OnFailure,
                        RetainExceptOnCreate = request.RetainExceptOnCreate,
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

        await StartUpdateAsync(stack, definition, request, null, cancellationToken);
        return stack;
    }, cancellationToken);

    /// <summary>Takes a failed rollback up again.</summary>
    /// <param name="nameOrId">The stack.</param>
    /// <param name="skip">The resources whose rollback failed and that are to stay as they are.</param>
    /// <param name="clientRequestToken">Makes a repeated request the same request.</param>
    /// <param name="roleArn">The role to act as from now on; null for the present one.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task ContinueUpdateRollbackAsync(
        string? nameOrId,
        IReadOnlyList<string> skip,
        string? clientRequestToken,
        string? roleArn,
        CancellationToken cancellationToken) =>
        GatedAsync(
            async () =>
            {
                var stack = Get(nameOrId);
                if (
                    clientRequestToken is not null
                    && stack.Operation is { Kind: StackOperation.Update } last
                    && last.ClientRequestToken == clientRequestToken
                    && stack.Status != StackStatus.UpdateRollbackFailed)
                {
                    return stack;
                }

                if (stack.Status != StackStatus.UpdateRollbackFailed)
                {
                    throw TemplateErrors.Validation(
                        $"Stack:{stack.StackId} is in {stack.Status} state and can not continue update rollback.");
                }

                if (skip.FirstOrDefault(id => stack.Find(id)?.Status != ResourceStatus.UpdateFailed) is { } other)
                {
                    throw TemplateErrors.Validation(
                        $"Resource {other} of stack {stack.StackName} cannot be skipped: only resources in the state UPDATE_FAILED can");
                }

                stack = stack with
                {
                    RoleArn = roleArn ?? stack.RoleArn,
                    Operation = stack.Operation! with
                    {
                        Skip = skip,
                        ClientRequestToken = clientRequestToken ?? stack.Operation.ClientRequestToken,
                    },
                };
                await engine.StartAsync(stack, StackStatus.UpdateRollbackInProgress, "User Initiated", cancellationToken);
                return stack;
            },
            cancellationToken);

    /// <summary>Rolls back what failed and was left as it was (CloudFormation API Reference, RollbackStack).</summary>
    public Task<Stack> RollbackAsync(
        string? nameOrId,
        string? clientRequestToken,
        string? roleArn,
        bool retainExceptOnCreate,
        CancellationToken cancellationToken) =>
        GatedAsync(
            async () =>
            {
                var stack = Get(nameOrId);
                if (clientRequestToken is not null && stack.Operation?.ClientRequestToken == clientRequestToken)
                {
                    return stack;
                }

                var status = stack.Status switch
                {
                    StackStatus.CreateFailed => StackStatus.RollbackInProgress,
                    StackStatus.UpdateFailed => StackStatus.UpdateRollbackInProgress,
                    var other => throw TemplateErrors.Validation($"Stack:{stack.StackId} is in {other} state and can not be rolled back."),
                };
                stack = stack with
                {
                    RoleArn = roleArn ?? stack.RoleArn,
                    Operation = stack.Operation! with
                    {
                        ClientRequestToken = clientRequestToken,
                        RetainExceptOnCreate = retainExceptOnCreate || stack.Operation.RetainExceptOnCreate,
                    },
                };
                await engine.StartAsync(stack, status, "User Initiated", cancellationToken);
                return stack;
            },
            cancellationToken);

    /// <summary>Has a running update rolled back; done when the rollback is on disk.</summary>
    /// <exception cref="AwsServiceException"><c>ValidationError</c>: no update runs that could still be cancelled.</exception>
    public async Task CancelUpdateAsync(string? nameOrId, CancellationToken cancellationToken)
    {
        var stack = Get(nameOrId);
        if (stack.Status == StackStatus.UpdateInProgress)
        {
            await engine.CancelUpdateAsync(stack, cancellationToken);
            stack = Get(stack.StackId);
            if (stack.Status is not (StackStatus.UpdateComplete or StackStatus.UpdateCleanupInProgress or StackStatus.UpdateInProgress))
            {
                return;
            }
        }

        throw TemplateErrors.Validation("CancelUpdateStack cannot be called from current stack status");
    }

    /// <summary>Gives a stack a policy in place of the one it has.</summary>
    public Task SetPolicyAsync(string? nameOrId, string policy, CancellationToken cancellationToken) =>
        ChangeAsync(nameOrId, stack => stack with { StackPolicy = policy }, cancellationToken);

    /// <summary>Compares a stack's resources with its template.</summary>
    /// <param name="nameOrId">The stack.</param>
    /// <param name="logicalIds">Which resources; empty for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The stack with what was found.</returns>
    public Task<Stack> DetectDriftAsync(string? nameOrId, IReadOnlyList<string> logicalIds, CancellationToken cancellationToken) =>
        GatedAsync(
            async () =>
            {
                var stack = Get(nameOrId);
                if (!StackStatus.HasDrift(stack.Status))
                {
                    throw TemplateErrors.Validation(
                        $"Drift detection is not supported for the stack {stack.StackName} in the state {stack.Status}.");
                }

                if (logicalIds.FirstOrDefault(id => stack.Find(id) is null) is { } unknown)
                {
                    throw TemplateErrors.Validation($"Resource {unknown} does not exist for stack {stack.StackName}");
                }

                var failures = new List<string>();
                foreach (var resource in stack.Resources.Where(item => logicalIds.Count == 0 || logicalIds.Contains(item.LogicalId)))
                {
                    var drift = await DriftOfAsync(resource, cancellationToken);
                    stack = stack.With(resource with { Drift = drift });
                    if (drift is { Status: ResourceDrift.NotChecked, Reason: { } reason })
                    {
                        failures.Add($"{resource.LogicalId}: {reason}");
                    }
                }

                var drifted = stack.Resources.Count(item => item.Drift?.Status is ResourceDrift.Modified or ResourceDrift.Deleted);
                var detection = new StackDrift
                {
                    DetectionId = Guid.NewGuid().ToString(),
                    DetectionStatus = failures.Count == 0 ? "DETECTION_COMPLETE" : "DETECTION_FAILED",
                    StackDriftStatus = drifted > 0 ? "DRIFTED" : "IN_SYNC",
                    DriftedResources = drifted,
                    Timestamp = time.GetUtcNow(),
                    Reason = failures.Count == 0
                        ? null
                        : $"Failed to detect drift on resource(s) [{string.Join(", ", failures)}]",
                };
                stack = stack with { DriftDetections = [.. stack.DriftDetections.TakeLast(DetectionsKept - 1), detection] };
                await store.SaveAsync(stack, cancellationToken);
                return stack;
            },
            cancellationToken);

    private async Task<ResourceDrift?> DriftOfAsync(StackResource resource, CancellationToken cancellationToken)
    {
        if (types.Readable(resource.Type) is not { } type || resource.PhysicalId is null)
        {
            return null;
        }

        var expected = ResourceProperties.WithTags(resource.Properties, resource.StackTags);
        try
        {
            var present = await type.ReadAsync(resource.PhysicalId, expected, cancellationToken);
            return ResourceDrift.Of(expected, present, type.Properties, time.GetUtcNow());
        }
        catch (AwsServiceException e)
        {
            return new ResourceDrift { Status = ResourceDrift.NotChecked, Timestamp = time.GetUtcNow(), Reason = e.Message };
        }
    }

    /// <summary>Protects a stack from deletion, or no longer.</summary>
    public Task<Stack> SetTerminationProtectionAsync(string? nameOrId, bool isProtected, CancellationToken cancellationToken) =>
        ChangeAsync(nameOrId, stack => stack with { EnableTerminationProtection = isProtected }, cancellationToken);

    /// <summary>Changes what no operation changes; while one runs, the stack is the operation's.</summary>
    private Task<Stack> ChangeAsync(string? nameOrId, Func<Stack, Stack> change, CancellationToken cancellationToken) =>
        GatedAsync(
            async () =>
            {
                var stack = Get(nameOrId);
                if (stack.IsDeleted || StackStatus.IsRunning(stack.Status))
                {
                    throw TemplateErrors.Validation($"Stack:{stack.StackId} is in {stack.Status} state and can not be updated.");
                }

                stack = change(stack);
                await store.SaveAsync(stack, cancellationToken);
                return stack;
            },
            cancellationToken);

    /// <summary>Starts the deletion of a stack; one that is not there, or is being deleted, is no error.</summary>
    public Task DeleteAsync(
        string? nameOrId,
        IReadOnlyList<string> retain,
        bool isForced,
        string? roleArn,
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

                if (isForced && stack.Status != StackStatus.DeleteFailed)
                {
                    throw TemplateErrors.Validation(
                        $"Invalid operation on stack [{stack.StackName}]. FORCE_DELETE_STACK can only be used when the stack is in the "
                        + "DELETE_FAILED state.");
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
                    RoleArn = roleArn ?? stack.RoleArn,
                    Operation = new StackOperation(StackOperation.Delete)
                    {
                        ClientRequestToken = clientRequestToken,
                        Retain = retain,
                        IsForced = isForced,
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
                if (request.Type == "CREATE" || (request.Type == "IMPORT" && (existing is null || isReview)))
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
                var imported = request.Type == "IMPORT"
                    ? await ResourceImport.CheckAsync(request.Stack.Imports, stack, template, plan, store, types, cancellationToken)
                    : request.Stack.Imports.Count == 0 ? new Dictionary<string, string>()
                    : throw TemplateErrors.Validation("ResourcesToImport is only allowed with the change set type IMPORT");
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
                    Changes = request.Type == "IMPORT" ? ResourceImport.Changes(plan, imported) : plan.Changes,
                    Imported = imported,
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
        bool retainExceptOnCreate,
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
                            RetainExceptOnCreate = retainExceptOnCreate,
                        },
                    };
                    await engine.StartAsync(stack, StackStatus.CreateInProgress, "User Initiated", cancellationToken);
                }
                else if (changeSet.Type == "IMPORT")
                {
                    if (stack.Status != StackStatus.ReviewInProgress)
                    {
                        CheckUpdatable(stack);
                    }

                    stack = stack with
                    {
                        Definition = changeSet.Definition,
                        LastUpdatedTime = time.GetUtcNow(),
                        RoleArn = changeSet.RoleArn ?? stack.RoleArn,
                        ChangeSetId = changeSet.Id,
                        Operation = new StackOperation(StackOperation.Import)
                        {
                            ClientRequestToken = clientRequestToken,
                            Previous = new StackSnapshot(stack.Definition, stack.Resources, stack.Outputs, stack.Imports),
                            Imported = changeSet.Imported,
                        },
                    };
                    await engine.StartAsync(stack, StackStatus.ImportInProgress, "User Initiated", cancellationToken);
                }
                else
                {
                    CheckUpdatable(stack);
                    await StartUpdateAsync(
                        stack,
                        changeSet.Definition,
                        new StackRequest
                        {
                            OnFailure = onFailure,
                            ClientRequestToken = clientRequestToken,
                            RoleArn = changeSet.RoleArn,
                            RetainExceptOnCreate = retainExceptOnCreate,
                        },
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
    public Template Parse(string templateBody) => TemplateParser.Parse(templateBody, types);

    public static string Required(string? value, string member) =>
        string.IsNullOrEmpty(value)
            ? throw TemplateErrors.Validation(
                $"1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null")
            : value;

    /// <summary>Also writes the defaults into the definition: they stay the stack's values when a later template has others.</summary>
    private (StackDefinition Definition, BoundTemplate Template) Bind(StackDefinition definition, string stackName, string stackId)
    {
        notifications.Validate(definition.NotificationArns);
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

    private Task StartUpdateAsync(
        Stack stack,
        StackDefinition definition,
        StackRequest request,
        string? changeSetId,
        CancellationToken cancellationToken) =>
        engine.StartAsync(
            stack with
            {
                Definition = definition,
                LastUpdatedTime = time.GetUtcNow(),
                RoleArn = request.RoleArn ?? stack.RoleArn,
                ChangeSetId = changeSetId ?? stack.ChangeSetId,
                StackPolicy = request.StackPolicy ?? stack.StackPolicy,
                Operation = new StackOperation(StackOperation.Update)
                {
                    ClientRequestToken = request.ClientRequestToken,
                    OnFailure = request.OnFailure == "DO_NOTHING" ? request.OnFailure : "ROLLBACK",
                    RetainExceptOnCreate = request.RetainExceptOnCreate,
                    StackPolicy = request.StackPolicyDuringUpdate ?? stack.StackPolicy,
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
