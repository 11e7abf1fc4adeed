using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ImageApp.LocalAws;
using ImageApp.LocalAws.CloudFormation;

namespace ImageApp.Tests.LocalAws.CloudFormation;

/// <summary>A resource type that is easy to look at: <c>Test::Files::File</c> is a file on disk.</summary>
internal sealed class FileHandler : IReadableResourceType
{
    /// <summary>Content that is not accepted.</summary>
    public const string Refused = "refused";

    /// <summary>Content that makes the handler fail as a bug would.</summary>
    public const string Broken = "broken";

    /// <summary>Content with which the file cannot be deleted.</summary>
    public const string Locked = "locked";

    /// <summary>Content after which the handler does not return while <see cref="Hangs"/>.</summary>
    public const string Slow = "slow";

    /// <summary>Content after whose deletion the handler does not return while <see cref="Hangs"/>.</summary>
    public const string SlowToDelete = "slow-to-delete";

    /// <summary>The tags of each file that has some, JSON.</summary>
    public ConcurrentDictionary<string, string> TagsOf { get; } = new();

    public bool Hangs { get; set; }

    public string TypeName => "Test::Files::File";

    public IReadOnlySet<string> Properties { get; } =
        new HashSet<string> { "Folder", "Name", "Content", "Options.Mode", "Tags.Key", "Tags.Value" };

    public IReadOnlySet<string> ReplacementProperties { get; } = new HashSet<string> { "Folder", "Name" };

    public IReadOnlySet<string>? Attributes { get; } = new HashSet<string> { "Name", "Length" };

    public string? ImportIdentifier => "Path";

    public async Task<PresentResource?> ReadAsync(string physicalId, JsonObject properties, CancellationToken cancellationToken)
    {
        if (!File.Exists(physicalId))
        {
            return null;
        }

        var content = await File.ReadAllTextAsync(physicalId, cancellationToken);
        return new PresentResource(
            Describe(physicalId, content).Attributes,
            new JsonObject
            {
                ["Folder"] = Path.GetDirectoryName(physicalId),
                ["Name"] = Path.GetFileName(physicalId),
                ["Content"] = content,
                ["Tags"] = TagsOf.TryGetValue(physicalId, out var tags) ? JsonNode.Parse(tags) : null,
            });
    }

    public async Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Text(request.Properties, "Folder")!, Text(request.Properties, "Name") ?? request.GeneratedName);
        if (File.Exists(path) && !request.IsRetry)
        {
            throw new AwsServiceException("AlreadyExists", $"{path} already exists");
        }

        return await WriteAsync(path, request.Properties, cancellationToken);
    }

    public Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken) =>
        File.Exists(physicalId)
            ? WriteAsync(physicalId, request.Properties, cancellationToken)
            : throw new AwsServiceException("NotFound", $"{physicalId} does not exist");

    public async Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        var content = File.Exists(physicalId) ? await File.ReadAllTextAsync(physicalId, cancellationToken) : "";
        if (content == Locked)
        {
            throw new AwsServiceException("Conflict", $"{physicalId} is locked");
        }

        File.Delete(physicalId);
        TagsOf.TryRemove(physicalId, out _);
        if (Hangs && content == SlowToDelete)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
    }

    private async Task<ProvisionedResource> WriteAsync(string path, JsonObject properties, CancellationToken cancellationToken)
    {
        var content = Text(properties, "Content") ?? "";
        switch (content)
        {
            case Refused:
                throw new AwsServiceException("InvalidRequest", "the content is refused");
            case Broken:
                throw new InvalidOperationException("a bug");
        }

        await File.WriteAllTextAsync(path, content, cancellationToken);
        if (properties["Tags"] is { } tags)
        {
            TagsOf[path] = tags.ToJsonString();
        }

        while (Hangs && content == Slow)
        {
            await Task.Delay(20, cancellationToken);
        }

        return Describe(path, content);
    }

    private static ProvisionedResource Describe(string path, string content) =>
        new(path, new Dictionary<string, string>
        {
            ["Name"] = Path.GetFileName(path),
            ["Length"] = content.Length.ToString(System.Globalization.CultureInfo.InvariantCulture),
        });

    private static string? Text(JsonObject properties, string name) => properties[name]?.ToString();
}
