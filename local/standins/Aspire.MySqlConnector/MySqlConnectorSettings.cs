namespace Aspire.MySqlConnector;

/// <summary>Settings of a MySQL data source, read from <c>Aspire:MySqlConnector</c> and
/// <c>Aspire:MySqlConnector:{connectionName}</c>.</summary>
public sealed class MySqlConnectorSettings
{
    /// <summary>The connection string; <c>ConnectionStrings:{connectionName}</c> goes before it.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves the health check out.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Leaves traces out.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Leaves metrics out.</summary>
    public bool DisableMetrics { get; set; }
}
