using System.Globalization;
using System.Net.NetworkInformation;
using Microsoft.Extensions.Configuration;

namespace ImageApp.AppHost.Hosting.Start;

/// <summary>Finds ports that are taken before anything is started.</summary>
internal static class PortExtensions
{
    /// <summary>
    /// Ends a start whose ports are in use with a message that names the port, what it is for, the process that has it, and the setting
    /// that
    /// changes it.
    /// </summary>
    /// <exception cref="DistributedApplicationException">Thrown while starting.</exception>
    public static IDistributedApplicationBuilder WithPortCheck(this IDistributedApplicationBuilder builder)
    {
        builder.Eventing.Subscribe<BeforeStartEvent>(
            (@event, _) =>
            {
                Check(Ports(builder.Configuration, @event.Model));
                return Task.CompletedTask;
            }
        );
        return builder;
    }

    private static void Check(IEnumerable<WantedPort> wanted)
    {
        var listening = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(endpoint => endpoint.Port).ToHashSet();
        var taken = wanted
            .Where(port => listening.Contains(port.Number))
            .Select(port =>
                $"Port {port.Number}, {port.Purpose}, is in use by {PortOwner.Of(port.Number) ?? "another process"}. End it, or choose another: {port.Remedy}"
            )
            .ToList();
        if (taken.Count > 0)
        {
            throw new DistributedApplicationException(string.Join(Environment.NewLine, taken));
        }
    }

    private static IEnumerable<WantedPort> Ports(ConfigurationManager configuration, DistributedApplicationModel model)
    {
        if (PortOf(configuration["ASPNETCORE_URLS"]) is { } dashboard)
        {
            yield return new WantedPort(dashboard, "the dashboard's", $"ASPNETCORE_URLS=http://localhost:{dashboard + 1}");
        }

        if (PortOf(configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"]) is { } telemetry)
        {
            yield return new WantedPort(telemetry, "for telemetry", $"ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=http://localhost:{telemetry + 1}");
        }

        if (configuration.GetValue("LocalAws:Port", 0) is > 0 and var aws)
        {
            yield return new WantedPort(aws, "local AWS'", $"--LocalAws:Port={aws + 1}");
        }

        // The tests of an application take any port that is free.
        var gallery = model
            .Resources.FirstOrDefault(resource => resource.Name == "web")
            ?.Annotations.OfType<EndpointAnnotation>()
            .FirstOrDefault();
        if (gallery?.Port is { } port && !configuration.GetValue("DcpPublisher:RandomizePorts", false))
        {
            yield return new WantedPort(port, "the gallery's", string.Create(CultureInfo.InvariantCulture, $"--Gallery:Port={port + 1}"));
        }
    }

    private static int? PortOf(string? addresses) =>
        Uri.TryCreate(addresses?.Split(';')[0], UriKind.Absolute, out var address) && address.Port > 0 ? address.Port : null;

    private sealed record WantedPort(int Number, string Purpose, string Remedy);
}
