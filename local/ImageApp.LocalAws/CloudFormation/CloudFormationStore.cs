using System.Collections.Concurrent;
using ImageApp.LocalAws.Storage;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>
/// The stacks and change sets of this account, in memory and on disk: one file each, written before the change is visible.
/// </summary>
internal sealed class CloudFormationStore
{
    private readonly ConcurrentDictionary<string, Stack> _stacks = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ChangeSet> _changeSets = new(StringComparer.Ordinal);
    private readonly JsonFolder<Stack> _stackFiles;
    private readonly JsonFolder<ChangeSet> _changeSetFiles;

    public CloudFormationStore(LocalAwsOptions options)
    {
        var folder = Path.Combine(options.DataDirectory, "cloudformation");
        _stackFiles = new JsonFolder<Stack>(Path.Combine(folder, "stacks"), CloudFormationJsonContext.Default.Stack);
        _changeSetFiles = new JsonFolder<ChangeSet>(Path.Combine(folder, "changesets"), CloudFormationJsonContext.Default.ChangeSet);
        foreach (var stack in _stackFiles.Load())
        {
            _stacks[stack.StackId] = stack;
        }

        foreach (var changeSet in _changeSetFiles.Load())
        {
            _changeSets[changeSet.Id] = changeSet;
        }
    }

    /// <summary>Oldest first, deleted ones among them.</summary>
    public IEnumerable<Stack> Stacks => _stacks.Values.OrderBy(stack => stack.CreationTime);

    public IEnumerable<ChangeSet> ChangeSets => _changeSets.Values.OrderBy(changeSet => changeSet.CreationTime);

    /// <summary>By id, or by the name of a stack that is not deleted.</summary>
    public Stack? Find(string nameOrId) =>
        _stacks.GetValueOrDefault(nameOrId) ?? Stacks.LastOrDefault(stack => stack.StackName == nameOrId && !stack.IsDeleted);

    /// <summary>By id, or by name within a stack.</summary>
    public ChangeSet? FindChangeSet(string nameOrId, string? stackNameOrId) =>
        _changeSets.GetValueOrDefault(nameOrId)
        ?? (stackNameOrId is not null && Find(stackNameOrId) is { } stack
            ? ChangeSets.LastOrDefault(changeSet => changeSet.StackId == stack.StackId && changeSet.Name == nameOrId)
            : null);

    public async Task SaveAsync(Stack stack, CancellationToken cancellationToken)
    {
        await _stackFiles.SaveAsync(FileName(stack.StackId), stack, cancellationToken);
        _stacks[stack.StackId] = stack;
    }

    public async Task SaveAsync(ChangeSet changeSet, CancellationToken cancellationToken)
    {
        await _changeSetFiles.SaveAsync(FileName(changeSet.Id), changeSet, cancellationToken);
        _changeSets[changeSet.Id] = changeSet;
    }

    public void Remove(ChangeSet changeSet)
    {
        _changeSetFiles.Delete(FileName(changeSet.Id));
        _changeSets.TryRemove(changeSet.Id, out _);
    }

    public void Remove(Stack stack)
    {
        _stackFiles.Delete(FileName(stack.StackId));
        _stacks.TryRemove(stack.StackId, out _);
    }

    /// <summary>The last part of both ARNs, a GUID.</summary>
    private static string FileName(string arn) => arn[(arn.LastIndexOf('/') + 1)..];
}
