using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.Protocols;
using ImageApp.LocalAws.S3.Events;
using ImageApp.LocalAws.S3.Provisioning;
using ImageApp.LocalAws.S3.Store;
using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.LocalAws.S3;

/// <summary>S3's parts.</summary>
internal static class S3ServiceCollectionExtensions
{
    /// <summary>Adds S3 and its CloudFormation resource types.</summary>
    public static IServiceCollection AddS3(this IServiceCollection services) => services
        .AddSingleton<S3Store>()
        .AddSingleton<IEventDestination, TopicDestination>()
        .AddSingleton<IEventDestination, QueueDestination>()
        .AddSingleton<IEventDestination, FunctionDestination>()
        .AddSingleton<NotificationTargets>()
        .AddSingleton<BucketAuthorization>()
        .AddSingleton<BucketOperations>()
        .AddSingleton<BucketConfigurationOperations>()
        .AddSingleton<ListOperations>()
        .AddSingleton<VersionOperations>()
        .AddSingleton<ObjectOperations>()
        .AddSingleton<CopyOperations>()
        .AddSingleton<ObjectTaggingOperations>()
        .AddSingleton<ObjectAttributesOperations>()
        .AddSingleton<ObjectLockOperations>()
        .AddSingleton<AclOperations>()
        .AddSingleton<PostObjectOperations>()
        .AddSingleton<MultipartOperations>()
        .AddSingleton<S3OperationTable>()
        .AddSingleton<IAwsService, S3Api>()
        .AddSingleton<LifecycleWorker>()
        .AddHostedService(provider => provider.GetRequiredService<LifecycleWorker>())
        .AddHostedService<EventDelivery>()
        .AddSingleton<IResourceTypeHandler, BucketHandler>()
        .AddSingleton<IResourceTypeHandler, BucketPolicyHandler>();
}
