using System.Net;
using System.Net.Sockets;

namespace ImageApp.Tests.Support;

/// <summary>A loopback port that nobody listens on just now.</summary>
internal static class FreePort
{
    /// <summary>Any free one.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
