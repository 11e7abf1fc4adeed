using ImageApp.Core;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace ImageApp.Web.Hosting;

/// <summary>
/// The load balancers in front of this process: of them alone is believed whom a request comes from, and by which scheme. Configuration
/// section <c>Proxies</c>.
/// </summary>
internal sealed record ProxyOptions
{
    /// <summary>The configuration section's name.</summary>
    public const string Section = "Proxies";

    /// <summary>The networks they are in, for example <c>10.0.0.0/19,127.0.0.1/32</c>; empty where there is none.</summary>
    public string Networks { get; set; } = "";

    /// <summary>How many there are, one behind the other.</summary>
    public int Hops { get; set; } = 1;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">An option is not valid; the message names it.</exception>
    public ProxyOptions Validated()
    {
        OptionsCheck.Require(Hops > 0, Section, nameof(Hops), Hops, "1 or more");
        foreach (var network in Parts)
        {
            var isNetwork = IPNetwork.TryParse(network, out _);
            OptionsCheck.Require(isNetwork, Section, nameof(Networks), Networks, "networks such as 10.0.0.0/19, with commas between");
        }

        return this;
    }

    /// <summary>What of a request's <c>X-Forwarded-For</c> and <c>-Proto</c> is believed; null where nothing is.</summary>
    public ForwardedHeadersOptions? ToForwardedHeaders()
    {
        if (!Parts.Any())
        {
            return null;
        }

        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = Hops,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in Parts)
        {
            options.KnownIPNetworks.Add(IPNetwork.Parse(network));
        }

        return options;
    }

    private IEnumerable<string> Parts => Networks.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
