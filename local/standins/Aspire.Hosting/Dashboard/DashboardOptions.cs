using System.Security.Cryptography;
using Aspire.Hosting.Dcp;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Dashboard;

/// <summary>Where the dashboard listens, and with what keys. From the same variables as Aspire's own: <c>ASPNETCORE_URLS</c> and <c>ASPIRE_DASHBOARD_*</c>.</summary>
internal sealed class DashboardOptions
{
    public DashboardOptions(IConfiguration configuration, bool disabled)
    {
        Enabled = !disabled;
        FrontendUrl = Resolve(configuration["ASPNETCORE_URLS"]?.Split(';')[0] ?? "http://localhost:18888");
        OtlpUrl = Resolve(configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] ?? "http://localhost:18889");
        if (Enabled)
        {
            // Where Aspire leaves them too, for what runs in the AppHost's own process.
            configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = OtlpUrl.ToString().TrimEnd('/');
            configuration["AppHost:OtlpApiKey"] = OtlpKey;
            configuration["AppHost:DashboardUrl"] = FrontendUrl.ToString();
        }
        else
        {
            configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = null;
        }

        Anonymous = bool.TryParse(configuration["ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS"] ?? configuration["ASPIRE_ALLOW_UNSECURED_TRANSPORT"], out var anonymous) && anonymous;
    }

    public bool Enabled { get; }

    public Uri FrontendUrl { get; }

    public Uri OtlpUrl { get; }

    /// <summary>Whether anybody on this machine may look.</summary>
    public bool Anonymous { get; }

    /// <summary>What a person logs in with.</summary>
    public string BrowserToken { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>What telemetry is sent with.</summary>
    public string OtlpKey { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>What the dashboard asks the resource service with.</summary>
    public string ResourceServiceKey { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>Tells a process where to send its telemetry.</summary>
    public void AddTelemetryVariables(IDictionary<string, object> environment, string serviceName)
    {
        if (!Enabled)
        {
            return;
        }

        environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = OtlpUrl.ToString().TrimEnd('/');
        environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
        environment["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={OtlpKey}";
        environment["OTEL_SERVICE_NAME"] = serviceName;
        environment["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        environment["OTEL_EXPORTER_OTLP_TIMEOUT"] = "1000"; // a process that ends must not wait long for a dashboard that ended first
        environment["OTEL_BLRP_SCHEDULE_DELAY"] = "1000";
        environment["OTEL_BSP_SCHEDULE_DELAY"] = "1000";
        environment["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
        environment["OTEL_TRACES_SAMPLER"] = "always_on";
        environment["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
    }

    private static Uri Resolve(string url)
    {
        var uri = new UriBuilder(url);
        uri.Port = uri.Port == 0 ? Ports.Free() : uri.Port;
        return uri.Uri;
    }
}
