using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.Telemetry;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>
/// Brings stacks to what their templates say. Every step is on disk before the next begins, so that after a kill -9 an operation can be
/// taken back or finished.
/// </summary>
internal sealed partial class StackEngine(
    StackStore stacks, IEnumerable<IResourceTypeHandler> handlers, LocalAwsOptions options, LocalAwsTelemetry telemetry, ILogger<StackEngine> logger)
{
    private const string StackType = "AWS::CloudFormation::Stack";

    /// <summary>The resource types there are.</summary>
    public IReadOnlyDictionary<string, IResourceTypeHandler> Types { get; } = handlers.ToDictionary(handler => handler.TypeName);

    /// <summary>Reads a stack's template and its parameters, which is where most mistakes show.</summary>
    /// <exception cref="AwsServiceException"><c>ValidationError</c>.</exception>
    public (Template Template, TemplateEvaluator Evaluator) Read(Stack stack)
    {
        var template = Template.Parse(stack.TemplateBody, Types);
        return (template, new TemplateEvaluator(template, stack, options, stacks.Export));
    }

    /// <summary>Creates what is wanted, in order. A failure takes everything back, unless the stack says otherwise.</summary>
    public async Task CreateAsync(Stack stack, CancellationToken cancellationToken)
    {
        using var span = telemetry.Start($"CloudFormation create {stack.Name}", ActivityKind.Internal, LocalAwsTelemetry.CurrentTraceParent());
        stack = await MoveAsync(stack, "CREATE_IN_PROGRESS", "User Initiated", cancellationToken);
        try
        {
            var (template, evaluator) = Read(stack);
            foreach (var name in template.InOrder().Where(name => evaluator.IsWanted(template.Resources[name])))
            {
                (stack, _) = await CreateResourceAsync(stack, template, evaluator, name, cancellationToken);
            }

            stack = stack with { Outputs = Outputs(template, evaluator) };
            await MoveAsync(stack, "CREATE_COMPLETE", null, cancellationToken);
        }
        catch (StepFailedException e)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            stack = e.Stack;
            if (stack.DisableRollback)
            {
                await MoveAsync(stack, "CREATE_FAILED", e.Message, cancellationToken);
                return;
            }

            stack = await MoveAsync(stack, "ROLLBACK_IN_PROGRESS", e.Message, cancellationToken);
            await FinishRollbackOfCreationAsync(stack, cancellationToken);
        }
        catch (AwsServiceException e)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            stack = await MoveAsync(stack, "ROLLBACK_IN_PROGRESS", e.Message, cancellationToken);
            await FinishRollbackOfCreationAsync(stack, cancellationToken);
        }
    }

    /// <summary>Deletes what a failed creation made.</summary>
    public async Task FinishRollbackOfCreationAsync(Stack stack, CancellationToken cancellationToken)
    {
        (stack, var failure) = await DeleteResourcesAsync(stack, stack.Resources, keepRetained: false, cancellationToken);
        await MoveAsync(stack, failure is null ? "ROLLBACK_COMPLETE" : "ROLLBACK_FAILED", failure, cancellationToken);
    }

    /// <summary>Brings an existing stack to a new template or new parameters; a failure brings everything back.</summary>
    public async Task UpdateAsync(Stack stack, CancellationToken cancellationToken)
    {
        using var span = telemetry.Start($"CloudFormation update {stack.Name}", ActivityKind.Internal, LocalAwsTelemetry.CurrentTraceParent());
        stack = await MoveAsync(stack with { UpdatedAt = DateTimeOffset.UtcNow }, "UPDATE_IN_PROGRESS", "User Initiated", cancellationToken);
        try
        {
            var (template, evaluator) = Read(stack);
            var wanted = template.InOrder().Where(name => evaluator.IsWanted(template.Resources[name])).ToList();
            var obsolete = stack.Resources.Where(resource => !wanted.Contains(resource.LogicalId)).ToList();
            foreach (var name in wanted)
            {
                var existing = stack.Resources.Find(resource => resource.LogicalId == name);
                if (existing is null)
                {
                    (stack, _) = await CreateResourceAsync(stack, template, evaluator, name, cancellationToken);
                    continue;
                }

                var declared = template.Resources[name]!.AsObject();
                var properties = Properties(stack, evaluator, name, declared);
                var retain = IsRetained(declared);
                if (JsonNode.DeepEquals(properties, existing.Properties) && existing.Type == (string?)declared["Type"])
                {
                    stack = await ReplaceAsync(stack, existing, existing with { Retain = retain }, cancellationToken);
                }
                else if (NeedsReplacement(existing, declared, properties))
                {
                    (stack, _) = await CreateResourceAsync(stack, template, evaluator, name, cancellationToken);
                    obsolete.Add(existing);
                }
                else
                {
                    stack = await UpdateResourceAsync(stack, evaluator, existing with { Retain = retain }, properties, cancellationToken);
                }
            }

            stack = stack with { Outputs = Outputs(template, evaluator) };
            stack = await MoveAsync(stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", null, cancellationToken);
            (stack, var failure) = await DeleteResourcesAsync(stack, obsolete, keepRetained: true, cancellationToken);
            await MoveAsync(stack with { Previous = null }, "UPDATE_COMPLETE", failure, cancellationToken);
        }
        catch (Exception e) when (e is AwsServiceException or StepFailedException)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            stack = e is StepFailedException failed ? failed.Stack : stack;
            stack = await MoveAsync(stack, "UPDATE_ROLLBACK_IN_PROGRESS", e.Message, cancellationToken);
            await FinishRollbackOfUpdateAsync(stack, cancellationToken);
        }
    }

    /// <summary>Goes back to what the stack was before its update.</summary>
    public async Task FinishRollbackOfUpdateAsync(Stack stack, CancellationToken cancellationToken)
    {
        var previous = stack.Previous ?? throw new InvalidOperationException($"{stack.Name} has nothing to go back to.");
        var failures = new List<string>();
        foreach (var old in previous.Resources)
        {
            var current = stack.Resources.Find(resource => resource.LogicalId == old.LogicalId && resource.PhysicalId == old.PhysicalId);
            if (current is not null && !JsonNode.DeepEquals(current.Properties, old.Properties))
            {
                try
                {
                    await Types[old.Type].UpdateAsync(old.PhysicalId, Request(stack, old.LogicalId, old.Properties), cancellationToken);
                    stack = await ReplaceAsync(stack, current, old with { Status = "UPDATE_COMPLETE" }, cancellationToken);
                }
                catch (AwsServiceException e)
                {
                    failures.Add($"{old.LogicalId}: {e.Message}");
                }
            }
        }

        var made = stack.Resources.Where(resource => !previous.Resources.Any(old => old.LogicalId == resource.LogicalId && old.PhysicalId == resource.PhysicalId)).ToList();
        (stack, var failure) = await DeleteResourcesAsync(stack, made, keepRetained: false, cancellationToken);
        failures.AddRange(failure is null ? [] : [failure]);
        await MoveAsync(
            stack with { TemplateBody = previous.TemplateBody, Parameters = previous.Parameters, Tags = previous.Tags, Outputs = previous.Outputs, Previous = null },
            failures.Count == 0 ? "UPDATE_ROLLBACK_COMPLETE" : "UPDATE_ROLLBACK_FAILED", failures.Count == 0 ? null : string.Join("; ", failures), cancellationToken);
    }

    /// <summary>Deletes a stack with everything that is not to be retained.</summary>
    public async Task DeleteAsync(Stack stack, CancellationToken cancellationToken)
    {
        using var span = telemetry.Start($"CloudFormation delete {stack.Name}", ActivityKind.Internal, LocalAwsTelemetry.CurrentTraceParent());
        stack = await MoveAsync(stack, "DELETE_IN_PROGRESS", "User Initiated", cancellationToken);
        (stack, var failure) = await DeleteResourcesAsync(stack, stack.Resources, keepRetained: true, cancellationToken);
        stack = failure is null ? stack with { DeletedAt = DateTimeOffset.UtcNow, Outputs = [] } : stack;
        await MoveAsync(stack, failure is null ? "DELETE_COMPLETE" : "DELETE_FAILED", failure, cancellationToken);
    }

    /// <summary>What an update to <paramref name="target"/> would do.</summary>
    public List<ResourceChange> Plan(Stack target)
    {
        var (template, evaluator) = Read(target);
        var wanted = template.InOrder().Where(name => evaluator.IsWanted(template.Resources[name])).ToList();
        var changes = new List<ResourceChange>();
        var changed = new HashSet<string>();
        foreach (var name in wanted)
        {
            var declared = template.Resources[name]!.AsObject();
            var type = (string)declared["Type"]!;
            if (target.Resources.Find(resource => resource.LogicalId == name) is not { } existing)
            {
                changes.Add(new ResourceChange("Add", name, type, null, null));
                changed.Add(name);
                continue;
            }

            JsonObject? properties = null;
            try
            {
                properties = Properties(target, evaluator, name, declared);
            }
            catch (AwsServiceException) when (changed.Count > 0)
            {
                // It refers to a resource that is only going to be made: what it becomes is known then.
            }

            if (properties is null || existing.Type != type || !JsonNode.DeepEquals(properties, existing.Properties) || existing.Retain != IsRetained(declared))
            {
                changed.Add(name);
                var replacement = properties is null ? "Conditional" : NeedsReplacement(existing, declared, properties) ? "True" : "False";
                changes.Add(new ResourceChange("Modify", name, type, existing.PhysicalId, replacement));
            }
        }

        changes.AddRange(target.Resources.Where(resource => !wanted.Contains(resource.LogicalId)).Select(resource => new ResourceChange("Remove", resource.LogicalId, resource.Type, resource.PhysicalId, null)));
        return changes;
    }

    private async Task<(Stack Stack, StackResource Resource)> CreateResourceAsync(Stack stack, Template template, TemplateEvaluator evaluator, string name, CancellationToken cancellationToken)
    {
        var declared = template.Resources[name]!.AsObject();
        var type = (string)declared["Type"]!;
        using var span = telemetry.Start($"CloudFormation create {type}", ActivityKind.Internal, LocalAwsTelemetry.CurrentTraceParent());
        span?.SetTag("aws.cloudformation.logical_id", name);
        stack = await RecordAsync(stack, name, null, type, "CREATE_IN_PROGRESS", null, cancellationToken);
        try
        {
            var properties = Properties(stack, evaluator, name, declared);
            var made = await Types[type].CreateAsync(Request(stack, name, properties), cancellationToken);
            var resource = new StackResource(name, type, made.PhysicalId)
            {
                Properties = properties,
                Attributes = made.Attributes.ToDictionary(),
                Retain = IsRetained(declared),
                UpdatedAt = DateTimeOffset.UtcNow,
            };
            evaluator.Add(resource);
            stack = stack with { Resources = [.. stack.Resources, resource] };
            return (await RecordAsync(stack, name, made.PhysicalId, type, "CREATE_COMPLETE", null, cancellationToken), resource);
        }
        catch (AwsServiceException e)
        {
            LogFailed(logger, stack.Name, name, type, e.Message);
            stack = await RecordAsync(stack, name, null, type, "CREATE_FAILED", e.Message, cancellationToken);
            throw new StepFailedException(stack, $"The following resource(s) failed to create: [{name}]. {e.Message}");
        }
    }

    private async Task<Stack> UpdateResourceAsync(Stack stack, TemplateEvaluator evaluator, StackResource existing, JsonObject properties, CancellationToken cancellationToken)
    {
        stack = await RecordAsync(stack, existing.LogicalId, existing.PhysicalId, existing.Type, "UPDATE_IN_PROGRESS", null, cancellationToken);
        try
        {
            var updated = await Types[existing.Type].UpdateAsync(existing.PhysicalId, Request(stack, existing.LogicalId, properties), cancellationToken);
            var resource = existing with
            {
                PhysicalId = updated.PhysicalId,
                Attributes = updated.Attributes.ToDictionary(),
                Properties = properties,
                Status = "UPDATE_COMPLETE",
                UpdatedAt = DateTimeOffset.UtcNow,
            };
            evaluator.Add(resource);
            stack = stack with { Resources = [.. stack.Resources.Select(other => other.LogicalId == existing.LogicalId && other.PhysicalId == existing.PhysicalId ? resource : other)] };
            return await RecordAsync(stack, existing.LogicalId, resource.PhysicalId, existing.Type, "UPDATE_COMPLETE", null, cancellationToken);
        }
        catch (AwsServiceException e)
        {
            LogFailed(logger, stack.Name, existing.LogicalId, existing.Type, e.Message);
            // Part of it may have happened: with no properties known, the rollback sets them all again.
            stack = stack with { Resources = [.. stack.Resources.Select(other => other.LogicalId == existing.LogicalId ? other with { Properties = [] } : other)] };
            stack = await RecordAsync(stack, existing.LogicalId, existing.PhysicalId, existing.Type, "UPDATE_FAILED", e.Message, cancellationToken);
            throw new StepFailedException(stack, $"The following resource(s) failed to update: [{existing.LogicalId}]. {e.Message}");
        }
    }

    private async Task<(Stack Stack, string? Failure)> DeleteResourcesAsync(Stack stack, List<StackResource> resources, bool keepRetained, CancellationToken cancellationToken)
    {
        var failed = new List<string>();
        foreach (var resource in Enumerable.Reverse(resources).ToList())
        {
            var status = "DELETE_COMPLETE";
            string? reason = null;
            if (keepRetained && resource.Retain)
            {
                status = "DELETE_SKIPPED";
            }
            else
            {
                stack = await RecordAsync(stack, resource.LogicalId, resource.PhysicalId, resource.Type, "DELETE_IN_PROGRESS", null, cancellationToken);
                try
                {
                    await Types[resource.Type].DeleteAsync(resource.PhysicalId, Request(stack, resource.LogicalId, resource.Properties), cancellationToken);
                }
                catch (AwsServiceException e)
                {
                    LogFailed(logger, stack.Name, resource.LogicalId, resource.Type, e.Message);
                    failed.Add(resource.LogicalId);
                    (status, reason) = ("DELETE_FAILED", e.Message);
                }
            }

            if (status != "DELETE_FAILED")
            {
                stack = stack with { Resources = [.. stack.Resources.Where(other => other.LogicalId != resource.LogicalId || other.PhysicalId != resource.PhysicalId)] };
            }

            stack = await RecordAsync(stack, resource.LogicalId, resource.PhysicalId, resource.Type, status, reason, cancellationToken);
        }

        return (stack, failed.Count == 0 ? null : $"The following resource(s) failed to delete: [{string.Join(", ", failed)}].");
    }

    private JsonObject Properties(Stack stack, TemplateEvaluator evaluator, string name, JsonObject declared)
    {
        var properties = evaluator.Resolve(declared["Properties"]) as JsonObject ?? [];
        var handler = Types[(string)declared["Type"]!];
        foreach (var path in Paths(properties, ""))
        {
            if (!IsKnown(handler, path))
            {
                throw new AwsServiceException("ValidationError", $"Encountered unsupported property {path} of {name} ({handler.TypeName}) in stack {stack.Name}; local AWS takes {string.Join(", ", handler.Properties.Order(StringComparer.Ordinal))}");
            }
        }

        return properties;
    }

    // A path is known if it is listed, lies below a listed ".*", or leads to something listed.
    private static bool IsKnown(IResourceTypeHandler handler, string path) => handler.Properties.Any(known =>
        known == path
        || (known.EndsWith(".*", StringComparison.Ordinal) && (path == known[..^2] || path.StartsWith(known[..^1], StringComparison.Ordinal)))
        || known.StartsWith(path + ".", StringComparison.Ordinal));

    private static IEnumerable<string> Paths(JsonNode? node, string prefix) => node switch
    {
        JsonObject fields => fields.SelectMany(field => Paths(field.Value, prefix.Length == 0 ? field.Key : $"{prefix}.{field.Key}").Prepend(prefix.Length == 0 ? field.Key : $"{prefix}.{field.Key}")),
        JsonArray items => items.SelectMany(item => Paths(item, prefix)),
        _ => [],
    };

    private bool NeedsReplacement(StackResource existing, JsonObject declared, JsonObject properties) =>
        existing.Type != (string?)declared["Type"]
        || Types[existing.Type].ReplacementProperties.Any(name => !JsonNode.DeepEquals(existing.Properties[name], properties[name]));

    private static List<StackOutput> Outputs(Template template, TemplateEvaluator evaluator) =>
    [
        .. template.Outputs.Where(output => evaluator.IsWanted(output.Value)).Select(output => new StackOutput(
            output.Key, evaluator.Text(output.Value!["Value"]), output.Value.Text("Description"), output.Value["Export"]?["Name"] is { } export ? evaluator.Text(export) : null)),
    ];

    private static bool IsRetained(JsonObject declared) => (string?)declared["DeletionPolicy"] is "Retain" or "RetainExceptOnCreate";

    private static ResourceRequest Request(Stack stack, string logicalId, JsonObject properties) => new(
        stack.Name, stack.Id, logicalId, $"{stack.Name}-{logicalId}-{RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 12)}", properties);

    private async Task<Stack> ReplaceAsync(Stack stack, StackResource old, StackResource now, CancellationToken cancellationToken)
    {
        stack = stack with { Resources = [.. stack.Resources.Select(resource => ReferenceEquals(resource, old) ? now : resource)] };
        await stacks.SaveAsync(stack, cancellationToken);
        return stack;
    }

    private async Task<Stack> MoveAsync(Stack stack, string status, string? reason, CancellationToken cancellationToken)
    {
        LogStatus(logger, stack.Name, status, reason ?? "");
        return await RecordAsync(stack with { Status = status, StatusReason = reason }, stack.Name, stack.Id, StackType, status, reason, cancellationToken);
    }

    private async Task<Stack> RecordAsync(Stack stack, string logicalId, string? physicalId, string type, string status, string? reason, CancellationToken cancellationToken)
    {
        stack = stack with { Events = [.. stack.Events.TakeLast(500), new StackEvent(Guid.NewGuid().ToString(), DateTimeOffset.UtcNow, logicalId, physicalId, type, status, reason)] };
        await stacks.SaveAsync(stack, cancellationToken);
        return stack;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Stack {Stack} {Status} {Reason}")]
    private static partial void LogStatus(ILogger logger, string stack, string status, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Stack {Stack}: {LogicalId} ({Type}) failed: {Reason}")]
    private static partial void LogFailed(ILogger logger, string stack, string logicalId, string type, string reason);
}
