using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.AWS;
using Aspire.Hosting.AWS.CloudFormation;
using Aspire.Hosting.Lifecycle;

namespace Aspire.Hosting;

/// <summary>Adds CloudFormation stacks.</summary>
public static class CloudFormationExtensions
{
    /// <summary>Adds a stack that is made of a template when the application starts.</summary>
    public static IResourceBuilder<ICloudFormationTemplateResource> AddAWSCloudFormationTemplate(this IDistributedApplicationBuilder builder, string name, string templatePath, string? stackName = null)
    {
        builder.Services.TryAddEventingSubscriber<CloudFormationProvisioner>();
        return builder.AddResource(new CloudFormationTemplateResource(name, stackName ?? name, Path.GetFullPath(templatePath, builder.AppHostDirectory)))
            .WithInitialState(new CustomResourceSnapshot { ResourceType = "CloudFormationTemplate", Properties = [] });
    }

    /// <summary>Sets a parameter of the template.</summary>
    public static IResourceBuilder<ICloudFormationTemplateResource> WithParameter(this IResourceBuilder<ICloudFormationTemplateResource> builder, string parameterName, string parameterValue)
    {
        builder.Resource.CloudFormationParameters[parameterName] = parameterValue;
        return builder;
    }

    /// <summary>Chooses account and region of a stack.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IAWSSDKConfig awsSdkConfig)
        where TDestination : ICloudFormationResource
    {
        builder.Resource.AWSSDKConfig = awsSdkConfig;
        return builder;
    }

    /// <summary>Hands a stack's outputs to a resource, as configuration below <c>AWS:Resources</c>; it starts once the stack is there.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<ICloudFormationResource> cloudFormationResourceBuilder, string configSection = "AWS:Resources")
        where TDestination : IResourceWithEnvironment, IResourceWithWaitSupport
    {
        var stack = (CloudFormationTemplateResource)cloudFormationResourceBuilder.Resource;
        builder.WithAnnotation(new ResourceRelationshipAnnotation(stack, "Reference"));
        builder.WaitFor(cloudFormationResourceBuilder);
        return builder.WithEnvironment(async context =>
        {
            foreach (var (key, value) in await stack.Outputs.Task.WaitAsync(context.CancellationToken))
            {
                context.EnvironmentVariables[$"{configSection.Replace(":", "__", StringComparison.Ordinal)}__{key}"] = value;
            }
        });
    }
}
