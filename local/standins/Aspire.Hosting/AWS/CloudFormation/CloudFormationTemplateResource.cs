using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.AWS.CloudFormation;

/// <inheritdoc cref="ICloudFormationTemplateResource"/>
internal sealed class CloudFormationTemplateResource(string name, string stackName, string templatePath) : Resource(name), ICloudFormationTemplateResource
{
    public string StackName => stackName;

    public IAWSSDKConfig? AWSSDKConfig { get; set; }

    public string TemplatePath => templatePath;

    public IDictionary<string, string> CloudFormationParameters { get; } = new Dictionary<string, string>();

    /// <summary>The stack's outputs, once it is there.</summary>
    public TaskCompletionSource<IReadOnlyDictionary<string, string>> Outputs { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
