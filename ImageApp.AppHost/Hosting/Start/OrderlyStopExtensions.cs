using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ImageApp.AppHost.Hosting.Start;

/// <summary>How the application ends.</summary>
internal static class OrderlyStopExtensions
{
    /// <summary>Has every process ended before the AppHost ends.</summary>
    public static IDistributedApplicationBuilder WithOrderlyStop(this IDistributedApplicationBuilder builder)
    {
        builder.Services.AddSingleton<OrderlyStop>();
        builder.Services.AddHostedService(services => services.GetRequiredService<OrderlyStop>());
        builder.Configuration["DcpPublisher:WaitForResourceCleanup"] = "true";

        // What it says of a start that fails, it throws as well; of one that is told to end there is nothing to say.
        builder.Services.AddLogging(logging => logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical));
        return builder;
    }

    /// <summary>
    /// Runs the application until it is told to end, and ends when all of it has. <see cref="DistributedApplication.Run"/> lets go of a
    /// start that is cut short, as by Ctrl-C before everything is there, with whatever it had started by then.
    /// </summary>
    public static async Task RunToTheEndAsync(this DistributedApplication application)
    {
        var stop = application.Services.GetRequiredService<OrderlyStop>();
        try
        {
            await application.RunAsync();
        }
        finally
        {
            if (stop.IsCutShort)
            {
                await application.StopAsync();
            }
        }
    }
}
