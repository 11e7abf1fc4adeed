using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.Policies;
using ImageApp.LocalAws.S3.Store;

namespace ImageApp.LocalAws.S3.Provisioning;

/// <summary>The resource type <c>AWS::S3::BucketPolicy</c> (CloudFormation Template Reference).</summary>
internal sealed class BucketPolicyHandler(S3Store store) : IReadableResourceType
{
    public string TypeName => "AWS::S3::BucketPolicy";

    public IReadOnlySet<string> Properties { get; } = new HashSet<string> { "Bucket", "PolicyDocument.*" };

    public IReadOnlySet<string> ReplacementProperties { get; } = new HashSet<string> { "Bucket" };

    public string? ImportIdentifier => "Bucket";

    public async Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var name = request.Properties.RequiredText("Bucket");
        if (store.GetBucket(name).Policy is not null)
        {
            throw new AwsServiceException(
                "AlreadyExists",
                $"The bucket policy already exists on bucket {name}.",
                System.Net.HttpStatusCode.Conflict);
        }

        return await PutAsync(name, request);
    }

    public Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken) =>
        PutAsync(physicalId, request);

    public async Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await store.UpdateBucketAsync(physicalId, bucket => bucket with { Policy = null });
        }
        catch (AwsServiceException exception) when (exception.Code == "NoSuchBucket")
        {
        }
    }

    /// <inheritdoc />
    public Task<PresentResource?> ReadAsync(string physicalId, JsonObject properties, CancellationToken cancellationToken) =>
        Task.FromResult(
            store.FindBucket(physicalId)?.Policy is { } policy
                ? new PresentResource(
                    new Dictionary<string, string>(),
                    new JsonObject { ["Bucket"] = physicalId, ["PolicyDocument"] = JsonNode.Parse(policy) })
                : null);

    private async Task<ProvisionedResource> PutAsync(string name, ResourceRequest request)
    {
        var document =
            request.Properties.Object("PolicyDocument")
            ?? throw new AwsServiceException("ValidationError", "The property PolicyDocument is required.");
        var policy = document.ToJsonString();
        ResourcePolicy.Validate(policy);
        BucketConfigurationOperations.RequirePublicAllowed(store.GetBucket(name), policy);
        await store.UpdateBucketAsync(name, bucket => bucket with { Policy = policy });
        return new ProvisionedResource(name, new Dictionary<string, string>());
    }
}
