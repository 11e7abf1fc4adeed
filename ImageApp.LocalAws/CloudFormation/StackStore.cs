using System.Collections.Concurrent;
using System.Text.Json;
using ImageApp.LocalAws.Storage;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>Stacks on disk, the deleted ones among them.</summary>
internal sealed class StackStore
{
    private readonly string _folder;
    private readonly ConcurrentDictionary<string, Stack> _stacks = new(StringComparer.Ordinal);

    public StackStore(LocalAwsOptions options)
    {
        _folder = Path.Combine(options.DataDirectory, "cloudformation");
        Directory.CreateDirectory(_folder);
        foreach (var path in Directory.EnumerateFiles(_folder, "*.json"))
        {
            var stack = JsonSerializer.Deserialize(File.ReadAllBytes(path), StateJson.Default.Stack)!;
            _stacks[stack.Id] = stack;
        }
    }

    public IEnumerable<Stack> All => _stacks.Values.OrderBy(stack => stack.CreatedAt);

    /// <summary>Finds a stack by name, where deleted ones do not count, or by id.</summary>
    public Stack? Find(string nameOrId) => nameOrId.StartsWith("arn:", StringComparison.Ordinal)
        ? _stacks.GetValueOrDefault(nameOrId)
        : _stacks.Values.FirstOrDefault(stack => stack.Name == nameOrId && stack.DeletedAt is null);

    /// <summary>Finds a stack.</summary>
    /// <exception cref="AwsServiceException"><c>ValidationError</c>: there is none.</exception>
    public Stack Get(string nameOrId) => Find(nameOrId) ?? throw new AwsServiceException("ValidationError", $"Stack with id {nameOrId} does not exist");

    /// <summary>Another stack's export.</summary>
    public string? Export(string name) => _stacks.Values.Where(stack => stack.DeletedAt is null).SelectMany(stack => stack.Outputs).FirstOrDefault(output => output.ExportName == name)?.Value;

    public async Task SaveAsync(Stack stack, CancellationToken cancellationToken)
    {
        await AtomicFile.WriteAsync(PathOf(stack), JsonSerializer.SerializeToUtf8Bytes(stack, StateJson.Default.Stack), cancellationToken);
        _stacks[stack.Id] = stack;
    }

    public void Forget(Stack stack)
    {
        _stacks.TryRemove(stack.Id, out _);
        File.Delete(PathOf(stack));
    }

    private string PathOf(Stack stack) => Path.Combine(_folder, stack.Id[(stack.Id.LastIndexOf('/') + 1)..] + ".json");
}
