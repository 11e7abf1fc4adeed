using Microsoft.Extensions.Diagnostics.HealthChecks;
using MySqlConnector;

namespace ImageApp.AppHost.Hosting.Database;

/// <summary>Healthy while the server or database can be connected to.</summary>
internal sealed class MySqlConnectionHealthCheck(IResourceWithConnectionString resource) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var connection = new MySqlConnection(await resource.GetConnectionStringAsync(cancellationToken));
            await connection.OpenAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (MySqlException e)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
    }
}
