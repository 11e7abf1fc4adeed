using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Dcp;

/// <summary>Ports of the loopback.</summary>
internal static class Ports
{
    /// <summary>Checks that nobody listens on a port yet.</summary>
    /// <exception cref="DistributedApplicationException">Somebody does; the message names the port and what it is needed for.</exception>
    public static void EnsureFree(int port, string purpose)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new DistributedApplicationException($"Port {port}, needed for {purpose}, is in use by another program. End that program (is another copy of this application running?) or choose another port.", e);
        }
    }

    /// <summary>A port that is free now.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
