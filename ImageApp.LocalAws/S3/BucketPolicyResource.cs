using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.Policies;

namespace ImageApp.LocalAws.S3;

/// <summary><c>AWS::S3::BucketPolicy</c>.</summary>
internal sealed class BucketPolicyResource(BucketStore buckets) : IResourceTypeHandler
{
    /// <inheritdoc/>
    public string TypeName => "AWS::S3::BucketPolicy";

    /// <inheritdoc/>
    public IReadOnlySet<string> Properties { get; } = new HashSet<string> { "Bucket", "PolicyDocument.*" };

    /// <inheritdoc/>
    public IReadOnlySet<string> ReplacementProperties { get; } = new HashSet<string> { "Bucket" };

    /// <inheritdoc/>
    public Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken) =>
        UpdateAsync(request.Properties.Required("Bucket"), request, cancellationToken);

    /// <inheritdoc/>
    public async Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        var policy = request.Properties.Document("PolicyDocument") ?? throw new AwsServiceException("ValidationError", "Properties validation failed: required key [PolicyDocument] not found");
        ResourcePolicy.Validate(policy);
        var contents = buckets.Get(physicalId);
        await contents.SaveBucketAsync(contents.Bucket with { Policy = policy }, cancellationToken);
        return new ProvisionedResource(physicalId, new Dictionary<string, string>());
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken)
    {
        if (buckets.Buckets.Any(bucket => bucket.Name == physicalId))
        {
            var contents = buckets.Get(physicalId);
            await contents.SaveBucketAsync(contents.Bucket with { Policy = null }, cancellationToken);
        }
    }
}
