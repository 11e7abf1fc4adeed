using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.AppHost.Hosting.Start;

/// <summary>Adds <see cref="OrderlyStop"/>.</summary>
internal static class OrderlyStopExtensions
{
    /// <summary>Has every process ended before the AppHost ends.</summary>
    public static IDistributedApplicationBuilder WithOrderlyStop(this IDistributedApplicationBuilder builder)
    {
        builder.Services.AddHostedService<OrderlyStop>();
        return builder;
    }
}
