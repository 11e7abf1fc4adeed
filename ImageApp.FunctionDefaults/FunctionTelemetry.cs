using ImageApp.Core;
using ImageApp.ServiceDefaults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ImageApp.FunctionDefaults;

/// <summary>Telemetry of a process without a host: a Lambda function.</summary>
internal sealed class FunctionTelemetry(IServiceProvider services)
{
    private const int FlushMilliseconds = 1000;

    // Between invocations Lambda freezes the process: what is not sent by then may never be.
    private readonly bool _freezes = Environment.GetEnvironmentVariable("AWS_LAMBDA_INITIALIZATION_TYPE") is { Length: > 0 };
    private readonly TracerProvider? _tracer = services.GetService<TracerProvider>();
    private readonly MeterProvider? _meter = services.GetService<MeterProvider>();
    private readonly LoggerProvider? _logger = services.GetService<LoggerProvider>();

    /// <summary>Adds logging to the console and, with traces and metrics, over OTLP where it is configured.</summary>
    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        services.AddLogging(logging =>
        {
            logging.SetMinimumLevel(LogLevel.Information);
            foreach (var library in new[] { "Microsoft", "System", "MySqlConnector" })
            {
                logging.AddFilter(library, LogLevel.Warning);
            }

            logging.AddSimpleConsole(console => console.SingleLine = true);
            logging.AddOpenTelemetry(telemetry => telemetry.IncludeFormattedMessage = true);
        });
        services.AddTelemetry(configuration, ImageAppTelemetry.Name);
        services.AddSingleton<FunctionTelemetry>();
    }

    /// <summary>Sends what has been gathered, in bounded time, where the process is about to be frozen.</summary>
    public void Flush()
    {
        if (_freezes)
        {
            _tracer?.ForceFlush(FlushMilliseconds);
            _meter?.ForceFlush(FlushMilliseconds);
            _logger?.ForceFlush(FlushMilliseconds);
        }
    }
}
