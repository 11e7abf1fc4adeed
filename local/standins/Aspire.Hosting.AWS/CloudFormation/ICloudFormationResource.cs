using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.AWS.CloudFormation;

/// <summary>A CloudFormation stack.</summary>
public interface ICloudFormationResource : IResourceWithWaitSupport
{
    /// <summary>The stack's name.</summary>
    string StackName { get; }

    /// <summary>Which account and region it is in.</summary>
    IAWSSDKConfig? AWSSDKConfig { get; set; }
}
