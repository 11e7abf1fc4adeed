namespace ImageApp.AppHost.Hosting.Start;

/// <summary>Keeps what this machine's processes say to each other away from an HTTP proxy.</summary>
internal static class ProxyExtensions
{
    private static readonly string[] Variables = ["NO_PROXY", "no_proxy"];
    private static readonly string[] Loopback = ["localhost", "127.0.0.1", "[::1]", "::1"];

    /// <summary>
    /// Adds the loopback to <c>NO_PROXY</c> of this process and of all that it starts: with <c>HTTP_PROXY</c> set, functions would
    /// otherwise
    /// ask the proxy for local AWS, and the dashboard for its resources.
    /// </summary>
    public static IDistributedApplicationBuilder WithLoopbackUnproxied(this IDistributedApplicationBuilder builder)
    {
        foreach (var variable in Variables)
        {
            var hosts = (Environment.GetEnvironmentVariable(variable) ?? "").Split(
                ',',
                StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
            );
            Environment.SetEnvironmentVariable(variable, string.Join(',', hosts.Union(Loopback, StringComparer.OrdinalIgnoreCase)));
        }

        return builder;
    }
}
