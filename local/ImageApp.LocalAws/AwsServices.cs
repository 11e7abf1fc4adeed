using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.Console;
using ImageApp.LocalAws.Lambda;
using ImageApp.LocalAws.S3;
using ImageApp.LocalAws.Sns;
using ImageApp.LocalAws.Sqs;
using ImageApp.LocalAws.Sts;
using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.LocalAws;

/// <summary>Every service of local AWS: one line each.</summary>
internal static class AwsServices
{
    /// <summary>Adds them all; CloudFormation last, since it makes resources of the others.</summary>
    public static IServiceCollection AddAwsServices(this IServiceCollection services) => services
        .AddSqs()
        .AddLambda()
        .AddSns()
        .AddS3()
        .AddSts()
        .AddCloudFormation()
        .AddConsole();
}
