using ImageApp.LocalAws.Protocols;
using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>Registers CloudFormation.</summary>
internal static class CloudFormationServices
{
    /// <summary>
    /// Adds CloudFormation; the resource types are all <see cref="IResourceTypeHandler"/>s that are registered. To be
    /// called after the services they belong to: an operation that was interrupted is finished when hosted services start.
    /// </summary>
    public static IServiceCollection AddCloudFormation(this IServiceCollection services)
    {
        services.AddSingleton<CloudFormationStore>();
        services.AddSingleton<ResourceTypes>();
        services.AddSingleton<StackNotifications>();
        services.AddSingleton<StackEngine>();
        services.AddHostedService(provider => provider.GetRequiredService<StackEngine>());
        services.AddSingleton<TemplateSource>();
        services.AddSingleton<StackOperations>();
        services.AddSingleton<IAwsService, CloudFormationApi>();
        return services;
    }
}
