using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ImageApp.LocalAws.Lambda;
using ImageApp.LocalAws.Signing;
using ImageApp.LocalAws.Telemetry;
using ImageApp.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageApp.LocalAws;

/// <summary>S3, SNS, SQS, Lambda, CloudFormation and STS on one loopback port.</summary>
public sealed partial class LocalAwsServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly DataDirectoryLock _directory;

    private LocalAwsServer(WebApplication application, DataDirectoryLock directory, Uri endpoint)
    {
        _application = application;
        _directory = directory;
        Endpoint = endpoint;
    }

    /// <summary>Where it listens, for <c>AWS_ENDPOINT_URL</c>: <c>http://localhost:port/</c>.</summary>
    public Uri Endpoint { get; }

    /// <summary>The services it is made of.</summary>
    public IServiceProvider Services => _application.Services;

    /// <summary>Starts local AWS.</summary>
    /// <param name="options">Where it listens and keeps its state.</param>
    /// <param name="configure">Changes the host before it is built, for example its logging; null leaves it.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="ArgumentException">An option is not allowed; the message names it.</exception>
    /// <exception cref="IOException">The port or the data directory is in use.</exception>
    public static async Task<LocalAwsServer> StartAsync(
        LocalAwsOptions options,
        Action<WebApplicationBuilder>? configure,
        CancellationToken cancellationToken)
    {
        Validate(options);
        var directory = DataDirectoryLock.Take(Path.GetFullPath(options.DataDirectory));
        LoopbackListener? listener = null;
        WebApplication? application = null;
        try
        {
            listener = LoopbackListener.Bind(options.Port);
            application = Build(options, listener, configure);
            var endpoint = new Uri($"http://localhost:{listener.Port}/");
            application.Services.GetRequiredService<ServiceEndpoint>().Uri = endpoint;
            await application.StartAsync(cancellationToken);
            var logger = application.Services.GetRequiredService<ILogger<LocalAwsServer>>();
            if (listener.WithoutV6 is { } reason)
            {
                logger.NoIpv6(reason);
            }

            logger.Listening(endpoint, options.DataDirectory);
            return new LocalAwsServer(application, directory, endpoint);
        }
        catch
        {
            if (application is not null)
            {
                await application.DisposeAsync();
            }

            listener?.Dispose();
            directory.Dispose();
            throw;
        }
    }

    /// <summary>The value of <c>AWS_LAMBDA_RUNTIME_API</c> for the processes of a function that is registered.</summary>
    /// <param name="function">Its name.</param>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public string RuntimeApiOf(string function) =>
        Services.GetRequiredService<LambdaStore>().Find(function) is { } found
            ? RuntimeApi.AddressOf(found.Registration, Endpoint)
            : throw new ArgumentException($"No function '{function}' is registered.", nameof(function));

    /// <summary>
    /// The environment variables that a function's next process is to have, beside those that whoever starts it gives it anyway.
    /// </summary>
    /// <param name="function">Its name.</param>
    public IReadOnlyDictionary<string, string> EnvironmentOf(string function) =>
        Services.GetRequiredService<LambdaStore>().Find(function)?.Settings.Environment ?? new Dictionary<string, string>();

    /// <summary>Runs a function that polls this server and waits for its end: what a queue's poller does with an event.</summary>
    /// <param name="function">Its name.</param>
    /// <param name="payload">The event, JSON in UTF-8.</param>
    /// <param name="cancellationToken">Stops waiting; what was started goes on.</param>
    /// <returns>The function's error as JSON, or null after a success.</returns>
    public async Task<string?> InvokeAsync(string function, byte[] payload, CancellationToken cancellationToken)
    {
        var functions = Services.GetRequiredService<LambdaStore>();
        try
        {
            var result = await functions.InvokeAsync(
                functions.Get(function),
                payload,
                Activity.Current?.Context ?? default,
                null,
                cancellationToken);
            return result.Succeeded ? null : Encoding.UTF8.GetString(result.Payload);
        }
        catch (AwsServiceException e)
        {
            return e.Message;
        }
    }

    /// <summary>Stops taking requests, lets those under way end, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
        _directory.Dispose();
    }

    private static WebApplication Build(LocalAwsOptions options, LoopbackListener listener, Action<WebApplicationBuilder>? configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        // The settings of the process around it, such as ASPNETCORE_URLS, are not meant for this server.
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "");
        builder.WebHost.UseSetting(WebHostDefaults.PreferHostingUrlsKey, "false");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // each service has its own limit
            kestrel.Limits.MaxRequestLineSize = 64 * 1024; // a presigned URL of a 1024-byte key, percent-encoded
            kestrel.Limits.MaxRequestBufferSize = 1024 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
            kestrel.ResponseHeaderEncodingSelector = _ => System.Text.Encoding.UTF8; // user metadata, as it was given
            kestrel.Listen(IPAddress.Loopback, listener.Port);
            if (listener.V6 is not null)
            {
                kestrel.Listen(IPAddress.IPv6Loopback, listener.Port);
            }
        });
        builder.Services.AddLargeBlocks();
        builder.Services.Configure<SocketTransportOptions>(transport =>
        {
            transport.CreateBoundListenSocket =
                endPoint => ((IPEndPoint)endPoint).Address.Equals(IPAddress.Loopback) ? listener.V4 : listener.V6!;

            // A block for each idle connection is little here, and saves a call of the system for each that is filled.
            transport.WaitForDataBeforeAllocatingBuffer = false;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, DetachedLifetime>());
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);

        builder.Services.AddSingleton(options);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ServiceEndpoint>();
        builder.Services.AddSingleton<SignatureVerifier>();
        builder.Services.AddSingleton<LegacySignatureVerifier>();
        builder.Services.AddSingleton<RequestAdmission>();
        builder.Services.AddSingleton<RequestDispatcher>();
        builder.Services.AddAwsServices();
        configure?.Invoke(builder);
        builder.AddLocalAwsTelemetry(); // last: it reads where to send from the configuration

        var application = builder.Build();
        ((IApplicationBuilder)application).Run(application.Services.GetRequiredService<RequestDispatcher>().DispatchAsync);
        return application;
    }

    private static void Validate(LocalAwsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Require(
            options.Port is >= 0 and <= 65535,
            nameof(options.Port),
            options.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "0 (any free one) to 65535");
        Require(
            !string.IsNullOrWhiteSpace(options.DataDirectory),
            nameof(options.DataDirectory),
            options.DataDirectory,
            "the path of a folder");
        Require(RegionPattern().IsMatch(options.Region), nameof(options.Region), options.Region, "a region such as us-east-1");
        Require(AccountPattern().IsMatch(options.AccountId), nameof(options.AccountId), options.AccountId, "12 digits");
        Require(
            !string.IsNullOrWhiteSpace(options.AccessKeyId),
            nameof(options.AccessKeyId),
            options.AccessKeyId,
            "a name that is not empty");
        Require(!string.IsNullOrEmpty(options.SecretAccessKey), nameof(options.SecretAccessKey), "", "a secret that is not empty");
        Require(
            options.AsynchronousRetryDelay >= TimeSpan.Zero,
            nameof(options.AsynchronousRetryDelay),
            options.AsynchronousRetryDelay.ToString(),
            "zero or more");
    }

    private static void Require(bool condition, string name, string? value, string allowed)
    {
        if (!condition)
        {
            throw new ArgumentException($"LocalAws:{name} is '{value}'; allowed is {allowed}.");
        }
    }

    [GeneratedRegex("^[a-z]{2}(-[a-z]+)+-[0-9]$")]
    private static partial Regex RegionPattern();

    [GeneratedRegex("^[0-9]{12}$")]
    private static partial Regex AccountPattern();
}
