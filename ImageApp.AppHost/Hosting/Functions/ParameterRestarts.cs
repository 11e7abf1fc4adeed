using Microsoft.Extensions.Hosting;

namespace ImageApp.AppHost.Hosting.Functions;

/// <summary>Starts a resource again when one of its parameters was given another value in the dashboard.</summary>
internal sealed class ParameterRestarts(
    IResource resource,
    ParameterResource[] parameters,
    ResourceNotificationService notifications,
    ResourceCommandService commands
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var values = new Dictionary<string, string>();
        try
        {
            await foreach (var change in notifications.WatchAsync(stoppingToken))
            {
                if (
                    !parameters.Contains(change.Resource)
                    || change.Snapshot.Properties.FirstOrDefault(property => property.Name == "Value")?.Value is not string value
                )
                {
                    continue;
                }

                var isChange = values.TryGetValue(change.Resource.Name, out var before) && before != value;
                values[change.Resource.Name] = value;
                if (isChange)
                {
                    await commands.ExecuteCommandAsync(resource, KnownResourceCommands.RestartCommand, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The application stops.
        }
    }
}
