using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>A resource type whose resources can be looked at as they are: for drift detection, and for imports.</summary>
public interface IReadableResourceType : IResourceTypeHandler
{
    /// <summary>
    /// The property whose value is the physical id, by which a resource is imported, for example <c>BucketName</c>; null where AWS has none
    /// that a person could know.
    /// </summary>
    string? ImportIdentifier { get; }

    /// <summary>The properties of the resource as it is now; null where it is gone.</summary>
    /// <param name="physicalId">Which resource.</param>
    /// <param name="properties">What the template says of it: some resources are found only by what they belong to.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<PresentResource?> ReadAsync(string physicalId, JsonObject properties, CancellationToken cancellationToken);
}

/// <summary>A resource as it was found.</summary>
/// <param name="Attributes">What <c>Fn::GetAtt</c> gives.</param>
/// <param name="Properties">Its properties in the form of a template; one that has no value is left out.</param>
public sealed record PresentResource(IReadOnlyDictionary<string, string> Attributes, JsonObject Properties);
