using Aspire.MySqlConnector;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using MySqlConnector;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers MySQL data sources the way the package Aspire.MySqlConnector does.</summary>
public static class AspireMySqlConnectorExtensions
{
    private const string SectionName = "Aspire:MySqlConnector";

    /// <summary>Registers a <see cref="MySqlDataSource"/> with health check, logging, traces and metrics.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="connectionName">The connection string's name.</param>
    /// <param name="configureSettings">Changes the settings after configuration was read.</param>
    /// <exception cref="InvalidOperationException">Thrown when the data source is first used and no connection string is
    /// configured.</exception>
    public static void AddMySqlDataSource(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<MySqlConnectorSettings>? configureSettings = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);

        var settings = Read(builder.Configuration, connectionName);
        configureSettings?.Invoke(settings);

        builder.Services.AddSingleton(services => CreateDataSource(services, settings, connectionName));

        if (!settings.DisableHealthChecks)
        {
            builder
                .Services.AddHealthChecks()
                .Add(
                    new HealthCheckRegistration(
                        "MySql",
                        services => new MySqlHealthCheck(services.GetRequiredService<MySqlDataSource>()),
                        failureStatus: null,
                        tags: null
                    )
                );
        }

        if (!settings.DisableTracing)
        {
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource("MySqlConnector"));
        }

        if (!settings.DisableMetrics)
        {
            builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter("MySqlConnector"));
        }
    }

    private static MySqlConnectorSettings Read(IConfiguration configuration, string connectionName)
    {
        var settings = new MySqlConnectorSettings();
        foreach (
            var section in new[] { configuration.GetSection(SectionName), configuration.GetSection(SectionName).GetSection(connectionName) }
        )
        {
            settings.ConnectionString = section[nameof(settings.ConnectionString)] ?? settings.ConnectionString;
            settings.DisableHealthChecks = Flag(section, nameof(settings.DisableHealthChecks), settings.DisableHealthChecks);
            settings.DisableTracing = Flag(section, nameof(settings.DisableTracing), settings.DisableTracing);
            settings.DisableMetrics = Flag(section, nameof(settings.DisableMetrics), settings.DisableMetrics);
        }

        settings.ConnectionString = configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        return settings;
    }

    private static bool Flag(IConfigurationSection section, string key, bool otherwise) =>
        section[key] is { } text ? bool.Parse(text) : otherwise;

    private static MySqlDataSource CreateDataSource(IServiceProvider services, MySqlConnectorSettings settings, string connectionName)
    {
        if (string.IsNullOrWhiteSpace(settings.ConnectionString))
        {
            throw new InvalidOperationException(
                $"ConnectionString is missing. It should be provided in 'ConnectionStrings:{connectionName}' or under the 'ConnectionString' key in '{SectionName}' configuration section."
            );
        }

        return new MySqlDataSourceBuilder(settings.ConnectionString).UseLoggerFactory(services.GetService<ILoggerFactory>()).Build();
    }
}
