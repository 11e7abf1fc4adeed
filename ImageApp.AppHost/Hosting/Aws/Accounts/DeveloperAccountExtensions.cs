using Aspire.Hosting.AWS;
using Aspire.Hosting.AWS.CloudFormation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ImageApp.AppHost.Hosting.Aws.Accounts;

/// <summary>Lets an application use a <see cref="DeveloperAccount"/>.</summary>
internal static class DeveloperAccountExtensions
{
    /// <summary>Chooses profile and region of the account, where there is one.</summary>
    public static IAWSSDKConfig WithAccount(this IAWSSDKConfig config, DeveloperAccount? account) =>
        account switch
        {
            null => config,
            { Profile: { } profile } => config.WithProfile(profile).WithRegion(account.Region),
            _ => config.WithRegion(account.Region),
        };

    /// <summary>Gives the developer's stack its own bucket, has its events delivered to a queue, and polls that queue for the functions on
    /// this machine. Without an account nothing is changed.</summary>
    public static IResourceBuilder<ICloudFormationTemplateResource> WithAccount(
        this IResourceBuilder<ICloudFormationTemplateResource> stack,
        DeveloperAccount? account
    )
    {
        if (account is null)
        {
            return stack;
        }

        stack.ApplicationBuilder.Services.AddSingleton<IHostedService>(services => new EventQueuePoller(
            account,
            stack.Resource.Name,
            services.GetRequiredService<ResourceNotificationService>(),
            stack.ApplicationBuilder.Resources.OfType<LocalAwsResource>().Single(),
            services.GetRequiredService<ResourceLoggerService>().GetLogger(stack.Resource)
        ));
        return stack.WithParameter("Delivery", "queue").WithParameter("BucketNamePrefix", account.StackName);
    }
}
