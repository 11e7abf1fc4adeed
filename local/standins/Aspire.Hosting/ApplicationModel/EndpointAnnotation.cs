using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource's endpoint.</summary>
public sealed class EndpointAnnotation : IResourceAnnotation
{
    private readonly TaskCompletionSource _allocated = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Describes an endpoint.</summary>
    public EndpointAnnotation(
        ProtocolType protocol, string? uriScheme = null, string? transport = null, string? name = null, int? port = null, int? targetPort = null, bool? isExternal = null, bool isProxied = true)
    {
        Protocol = protocol;
        UriScheme = uriScheme ?? "tcp";
        Transport = transport ?? (UriScheme is "http" or "https" ? "http" : "tcp");
        Name = name ?? UriScheme;
        Port = port ?? (isProxied ? null : targetPort);
        TargetPort = targetPort ?? (isProxied ? null : port);
        IsExternal = isExternal ?? false;
        IsProxied = isProxied;
    }

    /// <summary>The name, unique in the resource.</summary>
    public string Name { get; set; }

    /// <summary>TCP or UDP.</summary>
    public ProtocolType Protocol { get; set; }

    /// <summary>The port others use; null for any free one.</summary>
    public int? Port { get; set; }

    /// <summary>The port the resource listens on; null for one that is chosen for it.</summary>
    public int? TargetPort { get; set; }

    /// <summary>For example <c>http</c>.</summary>
    public string UriScheme { get; set; }

    /// <summary><c>http</c> or <c>tcp</c>.</summary>
    public string Transport { get; set; }

    /// <summary>Where the resource listens.</summary>
    public string TargetHost { get; set; } = "localhost";

    /// <summary>Whether it is for people outside the application.</summary>
    public bool IsExternal { get; set; }

    /// <summary>Whether a proxy listens on the port and forwards to the resource.</summary>
    public bool IsProxied { get; set; }

    /// <summary>Where the endpoint turned out to be; null until it is known.</summary>
    public AllocatedEndpoint? AllocatedEndpoint
    {
        get;
        set
        {
            field = value;
            if (value is not null)
            {
                _allocated.TrySetResult();
            }
        }
    }

    internal string? EnvironmentVariable { get; set; }

    internal async Task<AllocatedEndpoint> WhenAllocatedAsync(CancellationToken cancellationToken)
    {
        await _allocated.Task.WaitAsync(cancellationToken);
        return AllocatedEndpoint!;
    }
}
