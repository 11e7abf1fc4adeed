namespace ImageApp.LocalAws.CloudFormation;

/// <summary>A resource that exists.</summary>
/// <param name="PhysicalId">What <c>Ref</c> gives: a bucket's name, a topic's ARN, a queue's URL.</param>
/// <param name="Attributes">What <c>Fn::GetAtt</c> gives, by attribute name, for example <c>Arn</c>.</param>
public sealed record ProvisionedResource(string PhysicalId, IReadOnlyDictionary<string, string> Attributes);
