using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.S3;
using ImageApp.LocalAws.Sns;
using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.LocalAws;

/// <summary>Every service of local AWS: one line each.</summary>
internal static class AwsServices
{
    /// <summary>Adds them all; CloudFormation last, since it makes resources of the others.</summary>
    public static IServiceCollection AddAwsServices(this IServiceCollection services) => services
        .AddMessaging()
        .AddS3()
        .AddCloudFormation();
}
