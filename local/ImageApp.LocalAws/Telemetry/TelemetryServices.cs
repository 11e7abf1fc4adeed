using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ImageApp.LocalAws.Telemetry;

/// <summary>
/// Traces, metrics and logs of local AWS alone. It often runs inside another process (the AppHost's), so it takes no
/// process-wide instrumentation such as ASP.NET Core's.
/// </summary>
internal static class TelemetryServices
{
    private const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Adds them; they are exported where the configuration names an OTLP endpoint.</summary>
    public static void AddLocalAwsTelemetry(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RequestMetrics>();
        if (string.IsNullOrEmpty(builder.Configuration[EndpointKey]))
        {
            return;
        }

        var serviceName = builder.Configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } configured ? configured : "aws";
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        builder
            .Services.AddOpenTelemetry()
            .ConfigureResource(resource =>
                resource.AddService(
                    serviceName,
                    serviceInstanceId: Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            .WithTracing(tracing => tracing.AddSource(LocalAwsTelemetry.Name).AddProcessor(new ReadFilter()))
            .WithMetrics(metrics => metrics.AddMeter(LocalAwsTelemetry.Name))
            .UseOtlpExporter();
    }
}
