using ImageApp.LocalAws;
using ImageApp.LocalAws.CloudFormation;

namespace ImageApp.Tests.LocalAws.CloudFormation;

/// <summary><c>Test::Files::Folder</c>: a folder, which can be deleted only when it is empty.</summary>
internal sealed class FolderHandler : IResourceTypeHandler
{
    public string TypeName => "Test::Files::Folder";

    public IReadOnlySet<string> Properties { get; } = new HashSet<string> { "Path" };

    public IReadOnlySet<string> ReplacementProperties { get; } = new HashSet<string> { "Path" };

    public Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var path = request.Properties["Path"]!.ToString();
        Directory.CreateDirectory(path);
        return Task.FromResult(new ProvisionedResource(path, new Dictionary<string, string> { ["Path"] = path }));
    }

    public Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken) =>
        throw new AwsServiceException("NotUpdatable", "a folder has nothing to update");

    public Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        if (Directory.Exists(physicalId))
        {
            try
            {
                Directory.Delete(physicalId);
            }
            catch (IOException e)
            {
                throw new AwsServiceException("FolderNotEmpty", e.Message);
            }
        }

        return Task.CompletedTask;
    }
}
