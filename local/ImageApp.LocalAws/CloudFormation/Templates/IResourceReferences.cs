namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>What references to resources give: real values while a stack is made, foreseen ones for a change set.</summary>
internal interface IResourceReferences
{
    /// <summary>What <c>Ref</c> of a resource gives.</summary>
    string Ref(string logicalId);

    /// <summary>What <c>Fn::GetAtt</c> gives.</summary>
    /// <exception cref="AwsServiceException">The resource has no such attribute.</exception>
    string GetAtt(string logicalId, string attribute);

    /// <summary>What <c>Fn::ImportValue</c> gives.</summary>
    /// <exception cref="AwsServiceException">No stack exports that name.</exception>
    string Import(string exportName);
}
