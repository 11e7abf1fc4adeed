using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.Lambda;
using ImageApp.LocalAws.Sqs;
using ImageApp.LocalAws.Sts;
using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.LocalAws.Sns;

/// <summary>Registers SNS, SQS, Lambda and STS.</summary>
internal static class MessagingServiceCollectionExtensions
{
    /// <summary>Needs <see cref="LocalAwsOptions"/>, <see cref="ServiceEndpoint"/> and a <see cref="TimeProvider"/> beside.</summary>
    public static IServiceCollection AddMessaging(this IServiceCollection services)
    {
        services.AddSingleton<QueueService>();
        services.AddSingleton<SqsApi>();
        services.AddSingleton<IAwsService, SqsJsonProtocol>();

        services.AddSingleton(provider => SigningKey.LoadOrCreate(Path.Combine(provider.GetRequiredService<LocalAwsOptions>().DataDirectory, "sns")));
        services.AddSingleton<DeliveryQueue>();
        services.AddSingleton<TopicService>();
        services.AddSingleton<ITopicPublisher>(provider => provider.GetRequiredService<TopicService>());
        services.AddSingleton<Envelope>();
        services.AddSingleton<ISubscriptionEndpoint, FunctionEndpoint>();
        services.AddSingleton<ISubscriptionEndpoint, QueueEndpoint>();
        services.AddSingleton<ISubscriptionEndpoint, HttpEndpoint>();
        services.AddSingleton<SnsApi>();
        services.AddSingleton<IAwsService, SnsQueryProtocol>();
        services.AddSingleton<IUnsignedEndpoint, SnsLinks>();

        services.AddSingleton<LambdaMetrics>();
        services.AddSingleton<FunctionInvoker>();
        services.AddSingleton<InvocationDestination>();
        services.AddSingleton<FunctionService>();
        services.AddSingleton<IAwsService, FunctionApi>();
        services.AddSingleton<IUnsignedEndpoint, RuntimeApi>();

        services.AddSingleton<IAwsService, StsQueryProtocol>();

        services.AddSingleton<IResourceTypeHandler, TopicHandler>();
        services.AddSingleton<IResourceTypeHandler, TopicPolicyHandler>();
        services.AddSingleton<IResourceTypeHandler, SubscriptionHandler>();
        services.AddSingleton<IResourceTypeHandler, QueueHandler>();
        services.AddSingleton<IResourceTypeHandler, QueuePolicyHandler>();
        services.AddSingleton<IResourceTypeHandler, PermissionHandler>();
        services.AddSingleton<IResourceTypeHandler, EventInvokeConfigHandler>();

        services.AddHostedService(provider => provider.GetRequiredService<FunctionService>());
        services.AddHostedService<DeliveryWorker>();
        return services;
    }
}
