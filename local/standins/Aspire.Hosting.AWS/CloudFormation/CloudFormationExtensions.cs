using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.AWS;
using Aspire.Hosting.AWS.CloudFormation;
using Aspire.Hosting.Lifecycle;

namespace Aspire.Hosting;

/// <summary>Adds CloudFormation stacks.</summary>
public static class CloudFormationExtensions
{
    /// <summary>Adds a stack that is made of a template when the application starts.</summary>
    public static IResourceBuilder<ICloudFormationTemplateResource> AddAWSCloudFormationTemplate(
        this IDistributedApplicationBuilder builder,
        string name,
        string templatePath,
        string? stackName = null
    )
    {
        builder.Services.TryAddEventingSubscriber<CloudFormationProvisioner>();
        return builder
            .AddResource<ICloudFormationTemplateResource>(new CloudFormationTemplateResource(name, stackName ?? name, templatePath))
            .WithInitialState(new CustomResourceSnapshot { ResourceType = "CloudFormationTemplate", Properties = [] });
    }

    /// <summary>Sets a parameter of the template.</summary>
    public static IResourceBuilder<ICloudFormationTemplateResource> WithParameter(
        this IResourceBuilder<ICloudFormationTemplateResource> builder,
        string parameterName,
        string parameterValue
    )
    {
        builder.Resource.AddParameter(parameterName, parameterValue);
        return builder;
    }

    /// <summary>Chooses account and region of a stack.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder,
        IAWSSDKConfig awsSdkConfig
    )
        where TDestination : ICloudFormationResource
    {
        builder.Resource.AWSSDKConfig = awsSdkConfig;
        return builder;
    }

    /// <summary>Hands a stack's outputs to a resource, as configuration below <c>AWS:Resources</c>; it starts once the stack is
    /// there.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder,
        IResourceBuilder<ICloudFormationResource> cloudFormationResourceBuilder,
        string configSection = "AWS:Resources"
    )
        where TDestination : IResourceWithEnvironment, IResourceWithWaitSupport
    {
        var stack = (CloudFormationTemplateResource)cloudFormationResourceBuilder.Resource;
        var prefix = configSection.Replace(":", "__", StringComparison.Ordinal);
        return builder
            .WaitFor(cloudFormationResourceBuilder)
            .WithEnvironment(context =>
            {
                foreach (var (key, value) in stack.Outputs ?? new Dictionary<string, string>())
                {
                    context.EnvironmentVariables[$"{prefix}__{key}"] = value;
                }
            });
    }
}
