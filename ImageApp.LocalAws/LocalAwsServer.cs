using System.Net;
using System.Text.RegularExpressions;
using ImageApp.LocalAws.Http;
using ImageApp.LocalAws.Telemetry;
using ImageApp.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws;

/// <summary>S3, SNS, SQS, Lambda, CloudFormation and STS on one loopback port.</summary>
public sealed partial class LocalAwsServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LocalAwsServer(WebApplication app, Uri endpoint)
    {
        _app = app;
        Endpoint = endpoint;
    }

    /// <summary>Where it listens, for <c>AWS_ENDPOINT_URL</c>.</summary>
    public Uri Endpoint { get; }

    /// <summary>Starts it: state is read, unfinished deliveries go on.</summary>
    /// <param name="options">What to serve, where, and to whom.</param>
    /// <param name="configure">Adds logging providers and configuration, for example <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <exception cref="ArgumentException">An option is not valid; the message names it and what is allowed.</exception>
    /// <exception cref="IOException">The port is taken; the message names it.</exception>
    public static async Task<LocalAwsServer> StartAsync(LocalAwsOptions options, Action<WebApplicationBuilder>? configure, CancellationToken cancellationToken)
    {
        Validate(options);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["OTEL_SERVICE_NAME"] ??= "aws";
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);
        configure?.Invoke(builder);

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            if (options.Port == 0)
            {
                kestrel.Listen(IPAddress.Loopback, 0);
            }
            else
            {
                kestrel.ListenLocalhost(options.Port);
            }
        });
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
        {
            builder.Logging.AddOpenTelemetry(logging => logging.IncludeFormattedMessage = true);
            builder.Services.AddTelemetry(builder.Configuration, LocalAwsTelemetry.Name);
        }

        builder.Services.AddSingleton(options);
        builder.Services.AddAwsServices();

        var app = builder.Build();
        app.Run(app.Services.GetRequiredService<AwsRequestHandler>().HandleAsync);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await app.DisposeAsync();
            throw new IOException($"Local AWS cannot listen on port {options.Port}: another program does. End that program, or set LocalAws:Port to a free port.", e);
        }

        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var port = new Uri(address).Port;
        app.Services.GetRequiredService<EndpointAddress>().Port = port;
        return new LocalAwsServer(app, new Uri($"http://localhost:{port}"));
    }

    /// <summary>Stops it. What is not delivered yet is delivered after the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(deadline.Token);
        await _app.DisposeAsync();
    }

    private static void Validate(LocalAwsOptions options)
    {
        Check(options.Port is >= 0 and <= 65535, nameof(options.Port), options.Port, "0 (any free port) to 65535");
        Check(options.DataDirectory.Length > 0, nameof(options.DataDirectory), options.DataDirectory, "a folder");
        Check(AccountId().IsMatch(options.AccountId), nameof(options.AccountId), options.AccountId, "12 digits");
        Check(options.Region.Length > 0, nameof(options.Region), options.Region, "a region, for example us-east-1");
        Check(options.AccessKeyId.Length > 0 && options.SecretAccessKey.Length > 0, nameof(options.AccessKeyId), options.AccessKeyId, "a key id with its secret");
        Check(options.AsynchronousRetryDelay >= TimeSpan.Zero, nameof(options.AsynchronousRetryDelay), options.AsynchronousRetryDelay, "zero or more");

        static void Check(bool valid, string name, object? value, string allowed)
        {
            if (!valid)
            {
                throw new ArgumentException($"LocalAws:{name} is '{value}'; allowed is {allowed}.");
            }
        }
    }

    [GeneratedRegex("^[0-9]{12}$")]
    private static partial Regex AccountId();
}
