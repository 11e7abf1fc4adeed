using Microsoft.Extensions.Configuration;

namespace ImageApp.AppHost.Hosting.Aws;

/// <summary>Tells what runs in the AppHost's own process where the dashboard takes telemetry.</summary>
internal static class TelemetryForwarding
{
    /// <summary>Sets what OpenTelemetry reads, as Aspire sets it for processes; nothing where there is no dashboard.</summary>
    /// <param name="target">The configuration of what runs in this process.</param>
    /// <param name="appHost">The AppHost's configuration: the launch profile's endpoint and Aspire's generated key.</param>
    public static void Configure(IConfiguration target, IConfiguration appHost)
    {
        // With port 0 the orchestrator chooses one, later than this.
        if (appHost["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] is not { Length: > 0 } endpoint || new Uri(endpoint).Port == 0)
        {
            return;
        }

        target["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
        target["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
        target["OTEL_BSP_SCHEDULE_DELAY"] = "1000";
        target["OTEL_BLRP_SCHEDULE_DELAY"] = "1000";
        target["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
        if (appHost["AppHost:OtlpApiKey"] is { Length: > 0 } key)
        {
            target["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={key}";
        }
    }
}
