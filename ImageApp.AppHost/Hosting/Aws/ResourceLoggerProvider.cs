using Microsoft.Extensions.Logging;

namespace ImageApp.AppHost.Hosting.Aws;

/// <summary>Writes everything that is logged to a resource's console log.</summary>
internal sealed class ResourceLoggerProvider(ILogger log) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => log;

    public void Dispose()
    {
        // The log is the resource's, not ours.
    }
}
