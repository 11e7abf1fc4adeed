using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.AWS.CloudFormation;

/// <inheritdoc cref="ICloudFormationTemplateResource"/>
internal sealed class CloudFormationTemplateResource(string name, string stackName, string templatePath)
    : Resource(name),
        ICloudFormationTemplateResource
{
    public string StackName => stackName;

    public IAWSSDKConfig? AWSSDKConfig { get; set; }

    public string TemplatePath => templatePath;

    public Dictionary<string, string> Parameters { get; } = [];

    /// <summary>The stack's outputs, once it is there.</summary>
    public IReadOnlyDictionary<string, string>? Outputs { get; set; }

    public ICloudFormationTemplateResource AddParameter(string parameterName, string parameterValue)
    {
        Parameters[parameterName] = parameterValue;
        return this;
    }
}
