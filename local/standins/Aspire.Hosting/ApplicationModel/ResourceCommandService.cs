using Aspire.Hosting.Dcp;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Carries out the commands of resources.</summary>
public class ResourceCommandService(IServiceProvider services)
{
    /// <summary>Starts, stops or restarts a resource.</summary>
    public Task<ExecuteCommandResult> ExecuteCommandAsync(IResource resource, string commandName, CancellationToken cancellationToken = default) =>
        ExecuteCommandAsync(resource.Name, commandName, cancellationToken);

    /// <summary>Starts, stops or restarts a resource or one instance of it.</summary>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default)
    {
        try
        {
            await services.GetRequiredService<DcpOrchestrator>().ExecuteAsync(resourceId, commandName, cancellationToken);
            return new ExecuteCommandResult { Success = true };
        }
        catch (Exception e) when (e is HttpRequestException or DistributedApplicationException)
        {
            return new ExecuteCommandResult { Success = false, ErrorMessage = e.Message };
        }
    }
}
