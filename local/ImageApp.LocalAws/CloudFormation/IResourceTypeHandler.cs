using System.Text.Json.Nodes;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>
/// Creates, updates and deletes the resources of one CloudFormation type, as a handler in CloudFormation's registry does.
/// Each service offers the handlers of its own types; the CloudFormation engine finds them by <see cref="TypeName"/>.
/// </summary>
public interface IResourceTypeHandler
{
    /// <summary>For example <c>AWS::SNS::Topic</c>.</summary>
    string TypeName { get; }

    /// <summary>
    /// The properties this handler takes, nested ones with dots and without list indexes, for example
    /// <c>NotificationConfiguration.TopicConfigurations.Topic</c>; a name that ends in <c>.*</c> takes anything below it.
    /// Any other property fails the stack, as in AWS.
    /// </summary>
    IReadOnlySet<string> Properties { get; }

    /// <summary>The properties whose change needs a new resource instead of an update.</summary>
    IReadOnlySet<string> ReplacementProperties { get; }

    /// <summary>
    /// The attributes that <c>Fn::GetAtt</c> gives, so that a template which asks for another is refused before anything is
    /// created; null where only the created resource tells.
    /// </summary>
    IReadOnlySet<string>? Attributes => null;

    /// <summary>Creates the resource.</summary>
    /// <exception cref="AwsServiceException">It cannot be created; the message becomes the event's status reason.</exception>
    Task<ProvisionedResource> CreateAsync(ResourceRequest request, CancellationToken cancellationToken);

    /// <summary>Brings the existing resource <paramref name="physicalId"/> to the request's properties.</summary>
    /// <exception cref="AwsServiceException">It cannot be updated.</exception>
    Task<ProvisionedResource> UpdateAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken);

    /// <summary>Deletes the resource; one that is already gone is no error.</summary>
    /// <exception cref="AwsServiceException">It cannot be deleted, for example a bucket that is not empty.</exception>
    Task DeleteAsync(string physicalId, ResourceRequest request, CancellationToken cancellationToken);
}

/// <summary>What CloudFormation asks of a resource type's handler.</summary>
/// <param name="StackName">The stack, for generated names.</param>
/// <param name="StackId">The stack's ARN.</param>
/// <param name="LogicalId">The resource's name in the template.</param>
/// <param name="GeneratedName">A name that is unique to this creation, <c>stack-LogicalId-SUFFIX</c>, for a resource whose template names
/// none.</param>
/// <param name="Properties">The resolved properties: no intrinsic function is left. Scalars may be JSON strings, numbers or
/// booleans.</param>
public sealed record ResourceRequest(string StackName, string StackId, string LogicalId, string GeneratedName, JsonObject Properties)
{
    /// <summary>
    /// The same creation was interrupted before and may have made the resource, wholly or in part: one that is found
    /// under its name is this stack's own and is taken over.
    /// </summary>
    public bool IsRetry { get; init; }
}

/// <summary>A resource that exists.</summary>
/// <param name="PhysicalId">What <c>Ref</c> gives: a bucket's name, a topic's ARN, a queue's URL.</param>
/// <param name="Attributes">What <c>Fn::GetAtt</c> gives, by attribute name, for example <c>Arn</c>.</param>
public sealed record ProvisionedResource(string PhysicalId, IReadOnlyDictionary<string, string> Attributes);
