using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.Protocols;
using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.LocalAws.Sqs;

/// <summary>Registers SQS and its resource types.</summary>
internal static class SqsServices
{
    public static IServiceCollection AddSqs(this IServiceCollection services) => services
        .AddSingleton<SqsStore>()
        .AddSingleton<MessageMover>()
        .AddSingleton<SqsOperations>()
        .AddSingleton<IAwsService, SqsApi>()
        .AddSingleton<IResourceTypeHandler, QueueHandler>()
        .AddSingleton<IResourceTypeHandler, QueuePolicyHandler>();
}
