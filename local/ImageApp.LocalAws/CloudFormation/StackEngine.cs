using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation.Templates;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>
/// Runs the operations on stacks. Each is a sequence of states that are on disk before they are acted on, and each
/// state can be entered anew: an operation that a crash interrupted goes on at the next start.
/// </summary>
internal sealed class StackEngine : IHostedService, IDisposable
{
    private const string StackType = "AWS::CloudFormation::Stack";

    /// <summary>Of older events nobody makes use; without a limit each update would make the file longer.</summary>
    private const int EventsKept = 1000;

    /// <summary>As long as AWS tells of a deleted stack (CloudFormation API Reference, ListStacks).</summary>
    private static readonly TimeSpan DeletedStacksKept = TimeSpan.FromDays(90);

    private readonly CloudFormationStore _store;
    private readonly ResourceTypes _types;
    private readonly LocalAwsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, Task> _running = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _cancelled = new(StringComparer.Ordinal);
    private readonly StackNotifications _notifications;

    public StackEngine(
        CloudFormationStore store,
        ResourceTypes types,
        StackNotifications notifications,
        LocalAwsOptions options,
        TimeProvider time,
        ILogger<StackEngine> logger)
    {
        _store = store;
        _types = types;
        _notifications = notifications;
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>Finishes what was running when the process ended, whatever way that was.</summary>
    async Task IHostedService.StartAsync(CancellationToken cancellationToken)
    {
        foreach (var old in _store.Stacks.Where(stack => stack.DeletionTime < _time.GetUtcNow() - DeletedStacksKept).ToList())
        {
            _store.Remove(old);
        }

        // What was recorded when the process ended, its topics may not have heard.
        foreach (var stack in _store.Stacks.Where(stack => !StackStatus.IsRunning(stack.Status)).ToList())
        {
            await NotifyAsync(stack);
        }

        foreach (var stack in _store.Stacks.Where(stack => StackStatus.IsRunning(stack.Status)).ToList())
        {
            _logger.Resuming(stack.StackName, stack.Status);
            Run(stack);
        }

        await Task.WhenAll(_running.Values).WaitAsync(cancellationToken);
    }

    /// <summary>Records a stack's first state of an operation, and runs the operation in the background.</summary>
    public async Task StartAsync(Stack stack, string status, string? reason, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Run(await EnterAsync(stack, status, reason));
    }

    /// <summary>Has a running update rolled back; done when that is on disk, or the update ended before it could be.</summary>
    public async Task CancelUpdateAsync(Stack stack, CancellationToken cancellationToken)
    {
        var accepted = _cancelled.GetOrAdd(
            stack.StackId,
            _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var ended = _running.GetValueOrDefault(stack.StackId) ?? Task.CompletedTask;
        _logger.Cancelling(stack.StackName);
        await Task.WhenAny(accepted.Task, ended).WaitAsync(cancellationToken);
        _cancelled.TryRemove(new KeyValuePair<string, TaskCompletionSource>(stack.StackId, accepted));
    }

    /// <summary>Binds a definition's template to its parameters.</summary>
    /// <exception cref="AwsServiceException"><c>ValidationError</c>.</exception>
    public BoundTemplate Bind(StackDefinition definition, string stackName, string stackId) =>
        BoundTemplate.Bind(
            TemplateParser.Parse(definition.TemplateBody, _types),
            definition.Parameters,
            new PseudoParameters(_options.AccountId, _options.Region, stackName, stackId, definition.NotificationArns));

    /// <summary>Stops operations between two steps; the next start takes them up again.</summary>
    async Task IHostedService.StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running.Values).WaitAsync(cancellationToken);
    }

    public void Dispose() => _stopping.Dispose();

    private void Run(Stack stack)
    {
        var token = _stopping.Token;
        var finished = new TaskCompletionSource();
        _running[stack.StackId] = finished.Task;
        // Not the request's context: the operation outlives the request that started it.
        _ = Task.Run(
            async () =>
            {
                try
                {
                    await RunAsync(stack, token);
                }
                catch (OperationCanceledException) when (token.IsCancellationRequested)
                {
                    // The state on disk says where to go on.
                }
                catch (Exception e)
                {
                    // Nobody awaits this task: without the log a full disk would look like an operation that takes for ever.
                    _logger.OperationBroke(e, stack.StackName, _store.Find(stack.StackId)?.Status ?? stack.Status);
                }
                finally
                {
                    _running.TryRemove(new KeyValuePair<string, Task>(stack.StackId, finished.Task));
                    _cancelled.TryRemove(stack.StackId, out _);
                    finished.SetResult();
                }
            },
            CancellationToken.None);
    }

    private async Task RunAsync(Stack stack, CancellationToken cancellationToken)
    {
        using var activity = LocalAwsTelemetry.Activities.StartActivity($"CloudFormation {stack.Operation?.Kind} {stack.StackName}");
        activity?.SetTag("aws.cloudformation.stack_id", stack.StackId);
        while (StackStatus.IsRunning(stack.Status))
        {
            cancellationToken.ThrowIfCancellationRequested();
            stack = stack.Status switch
            {
                StackStatus.CreateInProgress or StackStatus.UpdateInProgress => await ApplyAsync(stack, cancellationToken),
                StackStatus.ImportInProgress => await ImportAsync(stack, cancellationToken),
                StackStatus.ImportRollbackInProgress => await DropImportsAsync(stack),
                StackStatus.UpdateRollbackInProgress => await RevertAsync(stack, cancellationToken),
                StackStatus.UpdateCleanupInProgress => await CleanUpAsync(stack, StackStatus.UpdateComplete, cancellationToken),
                StackStatus.UpdateRollbackCleanupInProgress => await CleanUpAsync(
                    stack,
                    StackStatus.UpdateRollbackComplete,
                    cancellationToken),
                StackStatus.RollbackInProgress or StackStatus.DeleteInProgress => await DeleteAsync(stack, cancellationToken),
                var status => throw new InvalidOperationException($"{stack.StackName} is {status}, for which there is nothing to run."),
            };
        }

        activity?.SetTag("aws.cloudformation.stack_status", stack.Status);
        if (
            stack.Status is not (
                StackStatus.CreateComplete
                or StackStatus.UpdateComplete
                or StackStatus.DeleteComplete
                or StackStatus.ImportComplete))
        {
            activity?.SetStatus(ActivityStatusCode.Error, stack.StatusReason);
        }
    }

    /// <summary>Makes the stack what its definition says: the way forward of a creation and of an update.</summary>
    private async Task<Stack> ApplyAsync(Stack stack, CancellationToken cancellationToken)
    {
        var current = stack;
        var references = new StackReferences(_store, () => current);
        string? failure = null;
        try
        {
            var template = Bind(stack.Definition, stack.StackName, stack.StackId);
            var wanted = template.Resources.ToDictionary(resource => resource.LogicalId, StringComparer.Ordinal);
            foreach (var resource in template.Resources)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (
                    current.Operation!.Kind == StackOperation.Create
                    && current.TimeoutInMinutes is { } minutes
                    && _time.GetUtcNow() > current.CreationTime.AddMinutes(minutes))
                {
                    return await FailAsync(current, "Stack creation time exceeded the specified timeout.");
                }

                if (current.Operation!.Kind == StackOperation.Update && _cancelled.TryGetValue(stack.StackId, out var cancelled))
                {
                    current = await EnterAsync(current, StackStatus.UpdateRollbackInProgress, "Update cancelled by user");
                    cancelled.TrySetResult();
                    return current;
                }

                string[] dependencies = [.. template.DependenciesOf(resource).Where(wanted.ContainsKey)];
                (current, var failed) = await ApplyAsync(current, resource, dependencies, template, references, cancellationToken);
                if (failed)
                {
                    var verb = current.Operation!.Kind == StackOperation.Create ? "create" : "update";
                    return await FailAsync(current, $"The following resource(s) failed to {verb}: [{resource.LogicalId}].");
                }
            }

            foreach (var removed in current.Resources.Where(resource => !wanted.ContainsKey(resource.LogicalId)))
            {
                try
                {
                    RequireAllowed(current, StackPolicy.Delete, removed);
                }
                catch (AwsServiceException refusal)
                {
                    current = await RecordAsync(current, removed, ResourceStatus.UpdateFailed, refusal.Message);
                    return await FailAsync(current, $"The following resource(s) failed to update: [{removed.LogicalId}].");
                }
            }

            current = current with
            {
                Outputs = ResolveOutputs(template, references, stack),
                Imports = [.. references.Imports],
                Operation = current.Operation! with
                {
                    Cleanup =
                    [
                        .. current.Operation.Cleanup,
                        .. current.Resources.Where(resource => !wanted.ContainsKey(resource.LogicalId)),
                    ],
                },
                Resources = [.. current.Resources.Where(resource => wanted.ContainsKey(resource.LogicalId))],
            };
        }
        catch (AwsServiceException e)
        {
            failure = e.Message;
        }

        if (failure is not null)
        {
            return await FailAsync(current, failure);
        }

        return await EnterAsync(
            current,
            current.Operation!.Kind == StackOperation.Create ? StackStatus.CreateComplete : StackStatus.UpdateCleanupInProgress,
            null);
    }

    private Task<Stack> FailAsync(Stack stack, string reason)
    {
        var operation = stack.Operation!;
        var (status, next) = (operation.Kind, operation.OnFailure) switch
        {
            (StackOperation.Create, "DO_NOTHING") => (StackStatus.CreateFailed, ""),
            (StackOperation.Create, "DELETE") => (StackStatus.DeleteInProgress, " Delete requested by user."),
            (StackOperation.Create, _) => (StackStatus.RollbackInProgress, " Rollback requested by user."),
            (_, "DO_NOTHING") => (StackStatus.UpdateFailed, ""),
            _ => (StackStatus.UpdateRollbackInProgress, ""),
        };
        return EnterAsync(stack, status, reason + next);
    }

    private List<StackOutput> ResolveOutputs(BoundTemplate template, StackReferences references, Stack stack)
    {
        List<StackOutput> outputs =
        [
            .. template.Outputs.Select(output => new StackOutput(
                output.Name,
                template.ResolveText(output.Value, references, $"the value of output {output.Name}"),
                output.Description,
                output.ExportName is null
                    ? null
                    : template.ResolveText(output.ExportName, references, $"the export name of output {output.Name}"))),
        ];
        foreach (var export in outputs.Where(output => output.ExportName is not null).Select(output => output.ExportName!))
        {
            if (
                _store.Stacks.FirstOrDefault(other =>
                    !other.IsDeleted && other.StackId != stack.StackId && other.Outputs.Any(output => output.ExportName == export)) is
                { } owner)
            {
                throw TemplateErrors.Validation(
                    $"Export with name {export} is already exported by stack {owner.StackName}. Rollback requested by user.");
            }
        }

        CheckExportsInUse(stack, outputs);
        return outputs;
    }

    /// <summary>What another stack imports can be neither removed nor changed.</summary>
    public void CheckExportsInUse(Stack stack, IReadOnlyList<StackOutput> remaining)
    {
        foreach (var export in stack.Outputs.Where(output => output.ExportName is not null))
        {
            var users = _store
                .Stacks.Where(other => !other.IsDeleted && other.Imports.Contains(export.ExportName!))
                .Select(other => other.StackName)
                .ToList();
            if (users.Count > 0 && !remaining.Any(output => output.ExportName == export.ExportName && output.Value == export.Value))
            {
                throw TemplateErrors.Validation(
                    $"Export {export.ExportName} cannot be "
                    + $"{(remaining.Any(o => o.ExportName == export.ExportName) ? "updated" : "deleted")} as it is in use by "
                    + $"{string.Join(", ", users)}");
            }
        }
    }

    private async Task<(Stack Stack, bool Failed)> ApplyAsync(
        Stack stack,
        TemplateResource wanted,
        string[] dependencies,
        BoundTemplate template,
        StackReferences references,
        CancellationToken cancellationToken)
    {
        var handler = _types[wanted.Type];
        var existing = stack.Find(wanted.LogicalId);
        var isCreate = existing?.PhysicalId is null;
        var next = (
            existing
            ?? new StackResource(wanted.LogicalId, wanted.Type)
            {
                GeneratedName = GenerateName(stack.StackName, wanted.LogicalId),
                Status = ResourceStatus.CreateInProgress,
            }) with
        {
            Dependencies = dependencies,
            DeletionPolicy = wanted.DeletionPolicy,
            UpdateReplacePolicy = wanted.UpdateReplacePolicy,
            StackTags = _types.HasTags(wanted.Type) ? stack.Definition.Tags : new Dictionary<string, string>(),
        };

        try
        {
            if (existing is not null && existing.Type != wanted.Type)
            {
                throw ChangePlan.TypeChange(existing, wanted);
            }

            var properties = (JsonObject)template.Resolve(wanted.Properties, references)!;
            ResourceProperties.Check(handler, wanted.LogicalId, properties);
            if (isCreate)
            {
                var replaces = stack.Operation!.Cleanup.Any(old => old.LogicalId == wanted.LogicalId);
                var inProgress = replaces ? ResourceStatus.UpdateInProgress : ResourceStatus.CreateInProgress;
                stack = await RecordAsync(stack, next = next with { Properties = properties }, inProgress, null);
                var isRetry = existing?.Status is ResourceStatus.CreateInProgress or ResourceStatus.UpdateInProgress;
                var created = await CallAsync(
                    stack,
                    next,
                    "Create",
                    request => handler.CreateAsync(request with { IsRetry = isRetry }, cancellationToken));
                next = next with { PhysicalId = created.PhysicalId, Attributes = created.Attributes };
                stack = await RecordAsync(stack, next, replaces ? ResourceStatus.UpdateComplete : ResourceStatus.CreateComplete, null);
                return (stack, false);
            }

            var differences = ResourceProperties.Differences(existing!.Properties, properties);
            if (
                differences.Count == 0
                && ChangePlan.SameTags(existing.StackTags, next.StackTags)
                && ResourceStatus.IsSettled(existing.Status))
            {
                return (stack.With(next), false);
            }

            if (differences.Any(path => ResourceProperties.NeedsReplacement(handler, path)))
            {
                RequireAllowed(stack, StackPolicy.Replace, existing);
                next = next with
                {
                    PhysicalId = null,
                    Attributes = new Dictionary<string, string>(),
                    Properties = properties,
                    GeneratedName = GenerateName(stack.StackName, wanted.LogicalId),
                };
                var old = existing with { DeletionPolicy = wanted.UpdateReplacePolicy };
                stack = stack with { Operation = stack.Operation! with { Cleanup = [.. stack.Operation.Cleanup, old] } };
                stack = await RecordAsync(
                    stack, next, ResourceStatus.UpdateInProgress,
                    "Requested update requires the creation of a new physical resource; hence creating one.");
                var replacement = await CallAsync(stack, next, "Create", request => handler.CreateAsync(request, cancellationToken));
                next = next with { PhysicalId = replacement.PhysicalId, Attributes = replacement.Attributes };
            }
            else
            {
                RequireAllowed(stack, StackPolicy.Modify, existing);
                stack = await RecordAsync(stack, next = next with { Properties = properties }, ResourceStatus.UpdateInProgress, null);
                var updated = await CallAsync(
                    stack,
                    next,
                    "Update",
                    request => handler.UpdateAsync(next.PhysicalId!, request, cancellationToken));
                next = next with { PhysicalId = updated.PhysicalId, Attributes = updated.Attributes };
            }

            return (await RecordAsync(stack, next, ResourceStatus.UpdateComplete, null), false);
        }
        catch (AwsServiceException e)
        {
            var creates = isCreate && !stack.Operation!.Cleanup.Any(old => old.LogicalId == wanted.LogicalId);
            return (await RecordAsync(stack, next, creates ? ResourceStatus.CreateFailed : ResourceStatus.UpdateFailed, e.Message), true);
        }
    }

    private static void RequireAllowed(Stack stack, string action, StackResource resource)
    {
        if (stack.Operation?.StackPolicy is { } policy)
        {
            StackPolicy.Parse(policy).Require(action, resource.LogicalId, resource.Type);
        }
    }

    /// <summary>Takes resources in that exist; nothing of them is changed (CloudFormation User Guide, "Import AWS resources").</summary>
    private async Task<Stack> ImportAsync(Stack stack, CancellationToken cancellationToken)
    {
        var current = stack;
        var references = new StackReferences(_store, () => current);
        try
        {
            var template = Bind(stack.Definition, stack.StackName, stack.StackId);
            var wanted = template.Resources.Select(resource => resource.LogicalId).ToHashSet(StringComparer.Ordinal);
            foreach (var resource in template.Resources)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!current.Operation!.Imported.TryGetValue(resource.LogicalId, out var physicalId))
                {
                    continue;
                }

                var next = new StackResource(resource.LogicalId, resource.Type)
                {
                    GeneratedName = GenerateName(stack.StackName, resource.LogicalId),
                    Status = ResourceStatus.ImportInProgress,
                    PhysicalId = physicalId,
                    Properties = (JsonObject)template.Resolve(resource.Properties, references)!,
                    Dependencies = [.. template.DependenciesOf(resource).Where(wanted.Contains)],
                    DeletionPolicy = resource.DeletionPolicy,
                    UpdateReplacePolicy = resource.UpdateReplacePolicy,
                };
                current = await RecordAsync(current, next, ResourceStatus.ImportInProgress, "Resource import started.");
                PresentResource found;
                try
                {
                    ResourceProperties.Check(_types[resource.Type], resource.LogicalId, next.Properties);
                    found =
                        await _types.Readable(resource.Type)!.ReadAsync(physicalId, next.Properties, cancellationToken)
                        ?? throw TemplateErrors.Validation($"The resource {physicalId} of type {resource.Type} does not exist.");
                }
                catch (AwsServiceException e)
                {
                    current = await RecordAsync(current, next, ResourceStatus.ImportFailed, e.Message);
                    return await EnterAsync(
                        current,
                        StackStatus.ImportRollbackInProgress,
                        $"The following resource(s) failed to import: [{resource.LogicalId}].");
                }

                next = next with { Attributes = found.Attributes };
                current = await RecordAsync(current, next, ResourceStatus.ImportComplete, "Resource import completed.");
            }
        }
        catch (AwsServiceException e)
        {
            return await EnterAsync(current, StackStatus.ImportRollbackInProgress, e.Message);
        }

        return await EnterAsync(current, StackStatus.ImportComplete, null);
    }

    /// <summary>Gives a stack back what it was before an import; what was taken in stays where it is.</summary>
    private Task<Stack> DropImportsAsync(Stack stack)
    {
        var previous = stack.Operation!.Previous ?? throw new InvalidOperationException($"{stack.StackName} has no state to go back to.");
        return EnterAsync(
            stack with { Definition = previous.Definition, Resources = previous.Resources },
            StackStatus.ImportRollbackComplete,
            null);
    }

    /// <summary>Gives a failed update's resources their former properties back; what it made is left to the cleanup.</summary>
    private async Task<Stack> RevertAsync(Stack stack, CancellationToken cancellationToken)
    {
        var previous = stack.Operation!.Previous ?? throw new InvalidOperationException($"{stack.StackName} has no state to go back to.");
        var failed = new List<string>();
        foreach (var old in DependencyOrder.Of(previous.Resources, resource => resource.LogicalId, resource => resource.Dependencies))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var current = stack.Find(old.LogicalId);
            if (current?.PhysicalId != old.PhysicalId)
            {
                // Replaced: the old one is still there, since only the cleanup deletes it.
                var superseded = current is { PhysicalId: not null }
                    ? [current with { DeletionPolicy = ResourcePolicies.Delete }]
                    : Array.Empty<StackResource>();
                stack = stack with
                {
                    Operation = stack.Operation! with
                    {
                        Cleanup =
                        [
                            .. stack.Operation.Cleanup.Where(resource =>
                                resource.PhysicalId != old.PhysicalId || resource.LogicalId != old.LogicalId),
                            .. superseded,
                        ],
                    },
                };
                stack = await RecordAsync(stack, old, ResourceStatus.UpdateComplete, null);
                continue;
            }

            if (stack.Operation!.Skip.Contains(old.LogicalId))
            {
                stack = await RecordAsync(stack, current!, ResourceStatus.UpdateComplete, "Resource was skipped by ResourcesToSkip.");
                continue;
            }

            if (ResourceProperties.Differences(current!.Properties, old.Properties).Count == 0
                && ChangePlan.SameTags(current.StackTags, old.StackTags)
                && ResourceStatus.IsSettled(current.Status))
            {
                stack = stack.With(old with { Status = current.Status, Timestamp = current.Timestamp });
                continue;
            }

            try
            {
                stack = await RecordAsync(stack, current, ResourceStatus.UpdateInProgress, null);
                var handler = _types[old.Type];
                var updated = await CallAsync(
                    stack,
                    old,
                    "Update",
                    request => handler.UpdateAsync(old.PhysicalId!, request, cancellationToken));
                stack = await RecordAsync(
                    stack,
                    old with
                    {
                        PhysicalId = updated.PhysicalId,
                        Attributes = updated.Attributes,
                    },
                    ResourceStatus.UpdateComplete,
                    null);
            }
            catch (AwsServiceException e)
            {
                stack = await RecordAsync(stack, current, ResourceStatus.UpdateFailed, e.Message);
                failed.Add(old.LogicalId);
            }
        }

        if (failed.Count > 0)
        {
            return await EnterAsync(
                stack, StackStatus.UpdateRollbackFailed, $"The following resource(s) failed to update: [{string.Join(", ", failed)}].");
        }

        var added = stack.Resources.Where(resource => previous.Resources.All(old => old.LogicalId != resource.LogicalId)).ToList();
        stack = stack with
        {
            Definition = previous.Definition,
            Outputs = previous.Outputs,
            Imports = previous.Imports,
            Resources = [.. stack.Resources.Except(added)],
            Operation = stack.Operation! with
            {
                Cleanup = [.. stack.Operation.Cleanup, .. added.Select(resource => UnlessRetained(resource, stack.Operation))],
            },
        };
        return await EnterAsync(stack, StackStatus.UpdateRollbackCleanupInProgress, null);
    }

    /// <summary>A resource whose own creation is rolled back.</summary>
    private static StackResource UnlessRetained(StackResource created, StackOperation operation) =>
        created.DeletionPolicy == ResourcePolicies.RetainExceptOnCreate || operation.RetainExceptOnCreate
            ? created with
            {
                DeletionPolicy = ResourcePolicies.Delete,
            }
            : created;

    /// <summary>Deletes what an update no longer needs. A failure is told in an event, and does not undo the update.</summary>
    private async Task<Stack> CleanUpAsync(Stack stack, string finalStatus, CancellationToken cancellationToken)
    {
        foreach (var resource in ReverseOrder(stack.Operation!.Cleanup))
        {
            cancellationToken.ThrowIfCancellationRequested();
            (stack, _) = await DeleteAsync(stack, resource, keepsRecord: true, cancellationToken);
            stack = stack with
            {
                Operation = stack.Operation! with
                {
                    Cleanup =
                    [
                        .. stack.Operation.Cleanup.Where(other =>
                            other.LogicalId != resource.LogicalId || other.PhysicalId != resource.PhysicalId),
                    ],
                },
            };
        }

        return await EnterAsync(stack, finalStatus, null);
    }

    /// <summary>Deletes every resource: a deletion, and the rollback of a creation.</summary>
    private async Task<Stack> DeleteAsync(Stack stack, CancellationToken cancellationToken)
    {
        var operation = stack.Operation!;
        var isRollback = operation.Kind == StackOperation.Create;
        var failed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var resource in ReverseOrder(stack.Resources))
        {
            cancellationToken.ThrowIfCancellationRequested();
            // What a resource that is still there depends on must stay too.
            if (stack.Resources.Any(other => failed.Contains(other.LogicalId) && other.Dependencies.Contains(resource.LogicalId)))
            {
                failed.Add(resource.LogicalId);
                continue;
            }

            var wanted = isRollback ? UnlessRetained(resource, operation)
                : operation.Retain.Contains(resource.LogicalId) ? resource with { DeletionPolicy = ResourcePolicies.Retain }
                : resource;
            (stack, var deleted) = await DeleteAsync(stack, wanted, keepsRecord: false, cancellationToken);
            if (!deleted && operation.IsForced)
            {
                (stack, _) = await DeleteAsync(
                    stack,
                    stack.Find(resource.LogicalId)! with { DeletionPolicy = ResourcePolicies.Retain },
                    keepsRecord: false,
                    cancellationToken);
            }
            else if (!deleted)
            {
                failed.Add(resource.LogicalId);
            }
        }

        if (failed.Count > 0)
        {
            return await EnterAsync(
                stack,
                stack.Status == StackStatus.RollbackInProgress ? StackStatus.RollbackFailed : StackStatus.DeleteFailed,
                "The following resource(s) failed to delete: "
                + $"[{string.Join(", ", failed.Where(id => stack.Find(id)?.Status == ResourceStatus.DeleteFailed))}].");
        }

        // An update that failed and was not rolled back leaves what it replaced or dropped to the deletion.
        foreach (var resource in ReverseOrder(operation.Cleanup))
        {
            (stack, _) = await DeleteAsync(stack, resource, keepsRecord: true, cancellationToken);
        }

        stack = stack with { Outputs = [], Imports = [] };
        return stack.Status == StackStatus.RollbackInProgress
            ? await EnterAsync(stack, StackStatus.RollbackComplete, null)
            : await EnterAsync(stack with { DeletionTime = _time.GetUtcNow() }, StackStatus.DeleteComplete, null);
    }

    /// <param name="stack">The stack.</param>
    /// <param name="resource">What to delete.</param>
    /// <param name="keepsRecord">The stack has another resource of this logical id, or none: only events are added.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    private async Task<(Stack Stack, bool Deleted)> DeleteAsync(
        Stack stack,
        StackResource resource,
        bool keepsRecord,
        CancellationToken cancellationToken)
    {
        async Task<Stack> Record(string status, string? reason)
        {
            var changed = resource with { Status = status, StatusReason = reason, Timestamp = _time.GetUtcNow() };
            if (keepsRecord)
            {
                return await SaveAsync(WithEvent(stack, changed));
            }

            var updated = status is ResourceStatus.DeleteComplete or ResourceStatus.DeleteSkipped
                ? stack.Without(resource.LogicalId)
                : stack.With(changed);
            return await SaveAsync(WithEvent(updated, changed));
        }

        if (resource.PhysicalId is null)
        {
            return (keepsRecord ? stack : await SaveAsync(stack.Without(resource.LogicalId)), true);
        }

        if (resource.DeletionPolicy != ResourcePolicies.Delete)
        {
            return (await Record(ResourceStatus.DeleteSkipped, null), true);
        }

        try
        {
            stack = await Record(ResourceStatus.DeleteInProgress, null);
            await CallAsync(stack, resource, "Delete", async request =>
            {
                await _types[resource.Type].DeleteAsync(resource.PhysicalId, request, cancellationToken);
                return new ProvisionedResource(resource.PhysicalId, resource.Attributes);
            });
            return (await Record(ResourceStatus.DeleteComplete, null), true);
        }
        catch (AwsServiceException e)
        {
            _logger.ResourceFailed(stack.StackName, resource.LogicalId, resource.Type, ResourceStatus.DeleteFailed, e.Message);
            return (await Record(ResourceStatus.DeleteFailed, e.Message), false);
        }
    }

    private static IEnumerable<StackResource> ReverseOrder(IReadOnlyList<StackResource> resources) =>
        DependencyOrder.Of(resources, resource => resource.LogicalId, resource => resource.Dependencies).Reverse();

    private async Task<ProvisionedResource> CallAsync(
        Stack stack, StackResource resource, string verb, Func<ResourceRequest, Task<ProvisionedResource>> call)
    {
        using var activity = LocalAwsTelemetry.Activities.StartActivity($"CloudFormation {verb} {resource.LogicalId}");
        activity?.SetTag("aws.cloudformation.resource_type", resource.Type);
        var request = new ResourceRequest(
            stack.StackName,
            stack.StackId,
            resource.LogicalId,
            resource.GeneratedName,
            ResourceProperties.WithTags(resource.Properties, resource.StackTags));
        try
        {
            return await call(request);
        }
        catch (AwsServiceException e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            throw new AwsServiceException(
                e.Code,
                $"Resource handler returned message: \"{e.Message}\" (HandlerErrorCode: {e.Code})",
                e.Status);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A stack must reach a definite state whatever its handler does; the stack trace goes to the log.
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            _logger.HandlerBroke(e, stack.StackName, resource.LogicalId, resource.Type);
            throw new AwsServiceException(
                "InternalFailure",
                $"Resource handler returned message: \"{e.Message}\" (HandlerErrorCode: InternalFailure)");
        }
    }

    private Task<Stack> RecordAsync(Stack stack, StackResource resource, string status, string? reason)
    {
        if (status.EndsWith("_FAILED", StringComparison.Ordinal))
        {
            _logger.ResourceFailed(stack.StackName, resource.LogicalId, resource.Type, status, reason ?? "");
        }

        var changed = resource with { Status = status, StatusReason = reason, Timestamp = _time.GetUtcNow() };
        return SaveAsync(WithEvent(stack.With(changed), changed));
    }

    private Task<Stack> EnterAsync(Stack stack, string status, string? reason)
    {
        if (status.EndsWith("_FAILED", StringComparison.Ordinal) || status.Contains("ROLLBACK", StringComparison.Ordinal))
        {
            _logger.StackFailed(stack.StackName, status, reason ?? stack.StatusReason);
        }
        else
        {
            _logger.StackStatusChanged(stack.StackName, status);
        }

        stack = stack with { Status = status, StatusReason = reason };
        return SaveAsync(WithEvent(stack, stack.StackName, stack.StackId, StackType, status, reason));
    }

    private Stack WithEvent(Stack stack, StackResource resource) =>
        WithEvent(stack, resource.LogicalId, resource.PhysicalId, resource.Type, resource.Status, resource.StatusReason);

    private Stack WithEvent(Stack stack, string logicalId, string? physicalId, string type, string status, string? reason)
    {
        var happened = new StackEvent(
            Guid.NewGuid().ToString(),
            _time.GetUtcNow(),
            logicalId,
            physicalId,
            type,
            status,
            reason,
            stack.Operation?.ClientRequestToken);
        return stack with { Events = [.. stack.Events.TakeLast(EventsKept - 1), happened] };
    }

    private async Task<Stack> SaveAsync(Stack stack)
    {
        // A resource that was made but not recorded would be lost: what happened is written down even while stopping.
        await _store.SaveAsync(stack, CancellationToken.None);
        return await NotifyAsync(stack);
    }

    /// <summary>Tells the stack's topics of the events that they have not been told of.</summary>
    private async Task<Stack> NotifyAsync(Stack stack)
    {
        var told = await _notifications.PublishAsync(stack, CancellationToken.None);
        if (told.NotifiedEventId != stack.NotifiedEventId && !StackStatus.IsRunning(told.Status))
        {
            // A running operation writes it down with its next step.
            await _store.SaveAsync(told, CancellationToken.None);
        }

        return told;
    }

    /// <summary>
    /// As CloudFormation makes names: stack, logical id and 12 random letters and digits, at most 63 characters (a bucket's limit).
    /// </summary>
    private static string GenerateName(string stackName, string logicalId)
    {
        var suffix = RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 12);
        var room = 63 - suffix.Length - 2;
        var logical = logicalId.Length > room / 2 ? logicalId[..(room / 2)] : logicalId;
        var stack = stackName.Length > room - logical.Length ? stackName[..(room - logical.Length)] : stackName;
        return $"{stack}-{logical}-{suffix}";
    }
}
