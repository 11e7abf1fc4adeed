using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Aspire.Hosting.Dcp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>Serves the resource service and has the orchestrator run Aspire's dashboard, which asks it.</summary>
internal sealed partial class DashboardHost(DashboardOptions options, DcpServer dcp, IServiceProvider services, ILogger<DashboardHost> logger)
{
    private WebApplication? _service;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Enabled)
        {
            return;
        }

        Ports.EnsureFree(options.FrontendUrl.Port, "the dashboard");
        Ports.EnsureFree(options.OtlpUrl.Port, "the dashboard's telemetry endpoint");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new ResourceService(services, options));
        _service = builder.Build();
        _service.MapGrpcService<ResourceService>();
        await _service.StartAsync(cancellationToken);
        var address = _service.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = options.FrontendUrl.ToString().TrimEnd('/'),
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = options.OtlpUrl.ToString().TrimEnd('/'),
            ["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{Ports.Free()}"),
            ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = address,
            ["DASHBOARD__OTLP__AUTHMODE"] = "ApiKey",
            ["DASHBOARD__OTLP__PRIMARYAPIKEY"] = options.OtlpKey,
            ["DASHBOARD__RESOURCESERVICECLIENT__AUTHMODE"] = "ApiKey",
            ["DASHBOARD__RESOURCESERVICECLIENT__APIKEY"] = options.ResourceServiceKey,
            ["ASPIRE_DASHBOARD_API_ENABLED"] = "true",
            ["LOGGING__LOGLEVEL__DEFAULT"] = "Warning",
        };
        if (options.Anonymous)
        {
            environment["ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS"] = "true";
            environment["DASHBOARD__API__AUTHMODE"] = "Unsecured";

            // Anonymous is about people; whoever sends telemetry still needs the key.
            environment["DASHBOARD__FRONTEND__AUTHMODE"] = "Unsecured";
        }
        else
        {
            environment["DASHBOARD__FRONTEND__AUTHMODE"] = "BrowserToken";
            environment["DASHBOARD__FRONTEND__BROWSERTOKEN"] = options.BrowserToken;
        }

        await dcp.CreateAsync("executables", new JsonObject
        {
            ["apiVersion"] = "usvc-dev.developer.microsoft.com/v1",
            ["kind"] = "Executable",
            ["metadata"] = new JsonObject { ["name"] = "aspire-dashboard" },
            ["spec"] = new JsonObject
            {
                ["executablePath"] = dcp.Bundle.DashboardPath,
                ["args"] = new JsonArray("dashboard"),
                ["workingDirectory"] = Path.GetDirectoryName(dcp.Bundle.DashboardPath),
                ["env"] = new JsonArray([.. environment.Select(variable => (JsonNode)new JsonObject { ["name"] = variable.Key, ["value"] = variable.Value })]),
                ["executionType"] = "Process",
            },
        }, cancellationToken);
        var url = options.FrontendUrl.ToString().TrimEnd('/');
        LogUrl(logger, options.Anonymous ? url : $"{url}/login?t={options.BrowserToken}");
    }

    public async Task StopAsync()
    {
        if (_service is { } service)
        {
            _service = null;
            using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            await service.StopAsync(deadline.Token);
            await service.DisposeAsync();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Login to the dashboard at {Url}")]
    private static partial void LogUrl(ILogger logger, string url);
}
