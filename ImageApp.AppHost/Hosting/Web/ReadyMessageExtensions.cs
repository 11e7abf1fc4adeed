using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ImageApp.AppHost.Hosting.Web;

/// <summary>Tells the person at the terminal when there is something to look at.</summary>
internal static partial class ReadyMessageExtensions
{
    /// <summary>Says once, when the gallery is healthy, where it is: the orchestrator's own messages end before anything serves.</summary>
    public static IResourceBuilder<ProjectResource> WithReadyMessage(this IResourceBuilder<ProjectResource> gallery)
    {
        var said = 0;
        return gallery.OnResourceReady(
            (_, @event, _) =>
            {
                if (Interlocked.Exchange(ref said, 1) == 0)
                {
                    using var process = Process.GetCurrentProcess();
                    var log = @event.Services.GetRequiredService<ILoggerFactory>().CreateLogger("ImageApp");
                    LogReady(log, gallery.GetEndpoint("http").Url, (DateTime.Now - process.StartTime).TotalSeconds);
                }

                return Task.CompletedTask;
            }
        );
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The gallery is ready: {Address} (after {Seconds:0.0} s). Ctrl-C ends everything."
    )]
    private static partial void LogReady(ILogger logger, string address, double seconds);
}
