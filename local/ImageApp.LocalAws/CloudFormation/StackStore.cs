using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ImageApp.LocalAws.Storage;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>
/// The stacks and change sets of this account, in memory and on disk: one file each, written before the change is visible.
/// </summary>
internal sealed class StackStore
{
    private readonly ConcurrentDictionary<string, Stack> _stacks = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ChangeSet> _changeSets = new(StringComparer.Ordinal);
    private readonly string _folder;

    public StackStore(LocalAwsOptions options)
    {
        _folder = Path.Combine(options.DataDirectory, "cloudformation");
        foreach (var stack in Load("stacks", CloudFormationJsonContext.Default.Stack))
        {
            _stacks[stack.StackId] = stack;
        }

        foreach (var changeSet in Load("changesets", CloudFormationJsonContext.Default.ChangeSet))
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
        await AtomicFile.WriteAsync(
            File(StacksFolder, stack.StackId), JsonSerializer.SerializeToUtf8Bytes(stack, CloudFormationJsonContext.Default.Stack), cancellationToken);
        _stacks[stack.StackId] = stack;
    }

    public async Task SaveAsync(ChangeSet changeSet, CancellationToken cancellationToken)
    {
        await AtomicFile.WriteAsync(
            File(ChangeSetsFolder, changeSet.Id), JsonSerializer.SerializeToUtf8Bytes(changeSet, CloudFormationJsonContext.Default.ChangeSet), cancellationToken);
        _changeSets[changeSet.Id] = changeSet;
    }

    public void Remove(ChangeSet changeSet)
    {
        System.IO.File.Delete(File(ChangeSetsFolder, changeSet.Id));
        _changeSets.TryRemove(changeSet.Id, out _);
    }

    public void Remove(Stack stack)
    {
        System.IO.File.Delete(File(StacksFolder, stack.StackId));
        _stacks.TryRemove(stack.StackId, out _);
    }

    private string StacksFolder => Path.Combine(_folder, "stacks");

    private string ChangeSetsFolder => Path.Combine(_folder, "changesets");

    /// <summary>The last part of both ARNs is a GUID.</summary>
    private static string File(string folder, string arn) => Path.Combine(folder, arn[(arn.LastIndexOf('/') + 1)..] + ".json");

    private IEnumerable<T> Load<T>(string kind, JsonTypeInfo<T> type)
    {
        var folder = Path.Combine(_folder, kind);
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        foreach (var path in Directory.EnumerateFiles(folder, "*.json"))
        {
            T? item;
            try
            {
                item = JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(path), type);
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"{path} is not what CloudFormation wrote there: {e.Message}", e);
            }

            yield return item ?? throw new InvalidDataException($"{path} holds no {typeof(T).Name}");
        }
    }
}
