using ImageApp.LocalAws.CloudFormation;
using ImageApp.LocalAws.Protocols;
using ImageApp.LocalAws.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws.Lambda;

/// <summary>Registers Lambda, its Runtime API and its resource types.</summary>
internal static class LambdaServices
{
    public static IServiceCollection AddLambda(this IServiceCollection services) => services
        .AddSingleton<LambdaMetrics>()
        .AddSingleton<FunctionInvoker>()
        .AddSingleton<InvocationDestination>()
        .AddSingleton(provider => new Outbox<AsynchronousInvocation>(
            "Lambda",
            JournaledMap<AsynchronousInvocation>.Open(
                Path.Combine(provider.GetRequiredService<LocalAwsOptions>().DataDirectory, "lambda", "invocations.journal"),
                LambdaJsonContext.Default.JournalEntryAsynchronousInvocation,
                provider.GetRequiredService<ILogger<LambdaStore>>()),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<LambdaStore>>()))
        .AddSingleton<AsynchronousInvoker>()
        .AddSingleton<LambdaStore>()
        .AddSingleton<IAwsService, LambdaApi>()
        .AddSingleton<IUnsignedEndpoint, RuntimeApi>()
        .AddSingleton<IResourceTypeHandler, PermissionHandler>()
        .AddSingleton<IResourceTypeHandler, EventInvokeConfigHandler>()
        .AddHostedService(provider => provider.GetRequiredService<AsynchronousInvoker>());
}
