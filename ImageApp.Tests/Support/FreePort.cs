using System.Net;
using System.Net.Sockets;

namespace ImageApp.Tests.Support;

/// <summary>Ports for processes that cannot choose one themselves.</summary>
internal static class FreePort
{
    /// <summary>A loopback TCP port that nobody listens on at this moment.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
