using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ImageApp.ServiceDefaults;

/// <summary>What every process of the app has: telemetry, health, service discovery and resilient HTTP.</summary>
public static class Extensions
{
    /// <summary>The tag of checks that only say whether the process itself is alive.</summary>
    public const string LiveTag = "live";

    private const string HealthPath = "/health";

    /// <summary>Adds telemetry, health checks, service discovery and resilient HTTP clients to a web process.</summary>
    /// <param name="builder">The process's builder.</param>
    /// <param name="names">Names of the process's own activity sources and meters; a name may end in <c>*</c>.</param>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder, params string[] names)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [LiveTag]);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<HealthAnswers>();
        builder.Services.AddLargeBlocks();
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler();
            http.AddServiceDiscovery();
        });

        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        builder.Services.AddTelemetry(builder.Configuration, names)
            .WithTracing(tracing => tracing.AddAspNetCoreInstrumentation(options =>
            {
                options.Filter = IsWorthATrace;
                options.EnrichWithHttpRequest = (activity, request) => RequestSampler.KeepChanges(activity, request.Method);
            }))
            .WithMetrics(metrics => metrics.AddAspNetCoreInstrumentation());
        return builder;
    }

    /// <summary>Lets Kestrel receive and send in blocks that suit pictures.</summary>
    public static IServiceCollection AddLargeBlocks(this IServiceCollection services) =>
        services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlocks.Factory>();

    /// <summary>
    /// Adds traces and metrics of the process and its HTTP calls, exported over OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set;
    /// where only <c>OTEL_EXPORTER_OTLP_TRACES_ENDPOINT</c> is, a gRPC address, its traces alone are. The spans of database driver and
    /// AWS SDK are left out: the process's own say what a call is for.
    /// </summary>
    /// <param name="services">The process's services.</param>
    /// <param name="configuration">Where <c>OTEL_*</c> is read from.</param>
    /// <param name="names">Names of the process's own activity sources and meters; a name may end in <c>*</c>.</param>
    public static OpenTelemetryBuilder AddTelemetry(this IServiceCollection services, IConfiguration configuration, params string[] names)
    {
        var sampler = new RequestSampler(SampledRatio(configuration));
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddAttributes([new("service.version", Version)]))
            .WithTracing(tracing => tracing
                .SetSampler(sampler)
                .AddProcessor(new FailedRequests())
                .AddSource([.. names, "Experimental.Microsoft.Extensions.AI"])
                .AddHttpClientInstrumentation(options =>
                    // The Runtime API's long poll would be one endless span, and exporting telemetry must not make telemetry.
                    options.FilterHttpRequestMessage = request => request.RequestUri?.AbsolutePath is not { } path
                        || !(path.Contains("/runtime/", StringComparison.Ordinal)
                            || path.StartsWith("/opentelemetry.", StringComparison.Ordinal))))
            .WithMetrics(metrics => metrics
                .AddMeter([.. names, "MySqlConnector", "Experimental.Microsoft.Extensions.AI"])
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation());

        if (!string.IsNullOrWhiteSpace(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            telemetry.UseOtlpExporter();
        }
        else if (configuration["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] is { Length: > 0 } traces)
        {
            // On AWS the collector beside the process takes traces only; metrics and logs have CloudWatch's own ways.
            var endpoint = Uri.TryCreate(traces, UriKind.Absolute, out var address)
                ? address
                : throw new ArgumentException(
                    $"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is '{traces}', which is no address; http://127.0.0.1:4317 is one.");
            telemetry.WithTracing(tracing => tracing.AddOtlpExporter(exporter => exporter.Endpoint = endpoint));
        }

        return telemetry;
    }

    /// <summary>
    /// Maps <c>/alive</c>, 200 while the process runs, and <c>/health</c>, for the load balancer: 200 while this process can serve.
    /// A dependency that is away degrades the answer's body, not its status: ending every instance would not bring it back.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealthChecks("/alive", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains(LiveTag),
            ResponseWriter = HealthReportWriter.WriteAsync,
        })
        .AllowAnonymous();
        app.MapGet(HealthPath, app.Services.GetRequiredService<HealthAnswers>().AnswerAsync).AllowAnonymous();
        return app;
    }

    /// <summary>
    /// Answers <c>/health</c> before whatever else stands in a request's way: load balancers ask for ever, and nothing of it is about them.
    /// </summary>
    public static void UseHealthAnswers(this WebApplication app)
    {
        var answers = app.Services.GetRequiredService<HealthAnswers>();
        app.Use((context, next) => HttpMethods.IsGet(context.Request.Method) && context.Request.Path.Value == HealthPath
            ? answers.AnswerAsync(context)
            : next(context));
    }

    // OpenTelemetry's general SDK configuration; the AppHost sets always_on. A parent is always heeded: one upload is one trace.
    private static double SampledRatio(IConfiguration configuration)
    {
        var (sampler, text) = (configuration["OTEL_TRACES_SAMPLER"], configuration["OTEL_TRACES_SAMPLER_ARG"]);
        return sampler switch
        {
            null or "" or "always_on" or "parentbased_always_on" => 1,
            "always_off" or "parentbased_always_off" => 0,
            "traceidratio" or "parentbased_traceidratio"
                when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1 =>
                ratio,
            _ => throw new ArgumentException(
                $"OTEL_TRACES_SAMPLER is '{sampler}' and OTEL_TRACES_SAMPLER_ARG '{text}'; possible are always_on and always_off, and "
                    + "traceidratio with a number from 0 to 1, each also with parentbased_ before it."),
        };
    }

    private static string Version { get; } =
        Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    // A load balancer asks for health several times a minute, for ever.
    private static bool IsWorthATrace(HttpContext context) =>
        !context.Request.Path.StartsWithSegments(HealthPath, StringComparison.Ordinal)
        && !context.Request.Path.StartsWithSegments("/alive", StringComparison.Ordinal);
}
