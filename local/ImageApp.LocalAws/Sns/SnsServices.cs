using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.Protocols;
using ImageApp.LocalAws.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Sns;

/// <summary>Registers SNS and its resource types.</summary>
internal static class SnsServices
{
    public static IServiceCollection AddSns(this IServiceCollection services) => services
        .AddSingleton(provider => new SigningKey(
            Path.Combine(provider.GetRequiredService<LocalAwsOptions>().DataDirectory, "sns"), provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<Envelope>()
        .AddSingleton(provider => new Outbox<PendingDelivery>(
            "SNS",
            JournaledMap<PendingDelivery>.Open(
                Path.Combine(provider.GetRequiredService<LocalAwsOptions>().DataDirectory, "sns", "deliveries.journal"),
                SnsJsonContext.Default.JournalEntryPendingDelivery,
                provider.GetRequiredService<ILogger<SnsStore>>()),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SnsStore>>()))
        .AddSingleton(provider => new OrderedDeliveries(
            JournaledMap<PendingDelivery>.Open(
                Path.Combine(provider.GetRequiredService<LocalAwsOptions>().DataDirectory, "sns", "fifo-deliveries.journal"),
                SnsJsonContext.Default.JournalEntryPendingDelivery,
                provider.GetRequiredService<ILogger<SnsStore>>()),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SnsStore>>()))
        .AddSingleton(provider => new FifoPublications(
            JournaledMap<Publication>.Open(
                Path.Combine(provider.GetRequiredService<LocalAwsOptions>().DataDirectory, "sns", "fifo-publications.journal"),
                SnsJsonContext.Default.JournalEntryPublication,
                provider.GetRequiredService<ILogger<SnsStore>>()),
            provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<SnsStore>()
        .AddSingleton<ITopicPublisher>(provider => provider.GetRequiredService<SnsStore>())
        .AddSingleton<ISubscriptionEndpoint, FunctionEndpoint>()
        .AddSingleton<ISubscriptionEndpoint, QueueEndpoint>()
        .AddSingleton<ISubscriptionEndpoint, HttpEndpoint>()
        .AddSingleton<SnsApi>()
        .AddSingleton<IAwsService>(provider => provider.GetRequiredService<SnsApi>())
        .AddSingleton<IUnsignedEndpoint, SnsLinks>()
        .AddSingleton<IResourceTypeHandler, TopicHandler>()
        .AddSingleton<IResourceTypeHandler, TopicPolicyHandler>()
        .AddSingleton<IResourceTypeHandler, SubscriptionHandler>()
        .AddSingleton<DeliveryWorker>()
        .AddHostedService(provider => provider.GetRequiredService<DeliveryWorker>());
}
