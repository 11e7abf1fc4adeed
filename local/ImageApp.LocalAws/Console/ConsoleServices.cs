using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.LocalAws.Console;

/// <summary>Registers the pages for people.</summary>
internal static class ConsoleServices
{
    public static IServiceCollection AddConsole(this IServiceCollection services) => services
        .AddSingleton<EventTrail>()
        .AddSingleton<IConsolePage, OverviewPage>()
        .AddSingleton<IConsolePage, BucketPage>()
        .AddSingleton<IConsolePage, QueuePage>()
        .AddSingleton<ConsoleEndpoint>();
}
