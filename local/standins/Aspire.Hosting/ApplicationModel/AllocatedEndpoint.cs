namespace Aspire.Hosting.ApplicationModel;

/// <summary>Where an endpoint turned out to be.</summary>
public class AllocatedEndpoint(EndpointAnnotation endpoint, string address, int port, string? targetPortExpression = null)
{
    /// <summary>The endpoint.</summary>
    public EndpointAnnotation Endpoint { get; } = endpoint;

    /// <summary>The host.</summary>
    public string Address { get; } = address;

    /// <summary>The port.</summary>
    public int Port { get; } = port;

    /// <summary>The scheme.</summary>
    public string UriScheme => Endpoint.UriScheme;

    /// <summary>Scheme, host and port.</summary>
    public string UriString => $"{UriScheme}://{Address}:{Port}";

    /// <summary>The port the resource itself is to listen on, as the orchestrator writes it.</summary>
    public string? TargetPortExpression { get; } = targetPortExpression;

    /// <inheritdoc/>
    public override string ToString() => UriString;
}
