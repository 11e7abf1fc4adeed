using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.Http;
using ImageApp.LocalAws.Lambda;
using ImageApp.LocalAws.S3;
using ImageApp.LocalAws.Signing;
using ImageApp.LocalAws.Sns;
using ImageApp.LocalAws.Sqs;
using ImageApp.LocalAws.Sts;
using ImageApp.LocalAws.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.LocalAws;

/// <summary>Every service of local AWS, and the resource types CloudFormation can make of each.</summary>
internal static class AwsServices
{
    public static void AddAwsServices(this IServiceCollection services)
    {
        services.AddSingleton<EndpointAddress>();
        services.AddSingleton<LocalAwsTelemetry>();
        services.AddSingleton<SignatureVerifier>();
        services.AddSingleton<AwsRequestHandler>();

        services.AddSingleton<S3Api>();
        services.AddSingleton<BucketStore>();
        services.AddSingleton<EventNotifier>();
        services.AddHostedService(provider => provider.GetRequiredService<EventNotifier>());
        services.AddSingleton<IResourceTypeHandler, BucketResource>();
        services.AddSingleton<IResourceTypeHandler, BucketPolicyResource>();

        services.AddSingleton<IQueryService, SnsApi>();
        services.AddSingleton<TopicStore>();
        services.AddSingleton<EnvelopeSigner>();
        services.AddSingleton<SnsDelivery>();
        services.AddHostedService(provider => provider.GetRequiredService<SnsDelivery>());
        services.AddSingleton<ITopicPublisher>(provider => provider.GetRequiredService<SnsDelivery>());
        services.AddSingleton<IResourceTypeHandler, TopicResource>();
        services.AddSingleton<IResourceTypeHandler, TopicPolicyResource>();
        services.AddSingleton<IResourceTypeHandler, SubscriptionResource>();

        services.AddSingleton<SqsApi>();
        services.AddSingleton<QueueStore>();
        services.AddSingleton<IResourceTypeHandler, QueueResource>();
        services.AddSingleton<IResourceTypeHandler, QueuePolicyResource>();

        services.AddSingleton<LambdaApi>();
        services.AddSingleton<LambdaRuntimeApi>();
        services.AddSingleton<FunctionStore>();
        services.AddSingleton<FunctionInvoker>();
        services.AddSingleton<AsynchronousInvoker>();
        services.AddHostedService(provider => provider.GetRequiredService<AsynchronousInvoker>());
        services.AddSingleton<IResourceTypeHandler, PermissionResource>();
        services.AddSingleton<IResourceTypeHandler, EventInvokeConfigResource>();

        services.AddSingleton<IQueryService, CloudFormationApi>();
        services.AddSingleton<StackStore>();
        services.AddSingleton<StackEngine>();
        services.AddHostedService<InterruptedStacks>();

        services.AddSingleton<IQueryService, StsApi>();
    }
}
