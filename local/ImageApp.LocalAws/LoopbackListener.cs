using System.Net;
using System.Net.Sockets;

namespace ImageApp.LocalAws;

/// <summary>
/// Sockets for "localhost": 127.0.0.1 and, where the machine has it, ::1, on one port. Kestrel itself cannot take any free
/// port for both.
/// </summary>
internal sealed class LoopbackListener : IDisposable
{
    private const int MaximumAttempts = 20;

    private LoopbackListener(Socket v4, Socket? v6, string? withoutV6)
    {
        V4 = v4;
        V6 = v6;
        WithoutV6 = withoutV6;
    }

    public Socket V4 { get; }

    /// <summary>Null where the machine has no ::1.</summary>
    public Socket? V6 { get; }

    /// <summary>Why there is no ::1.</summary>
    public string? WithoutV6 { get; }

    public int Port => ((IPEndPoint)V4.LocalEndPoint!).Port;

    /// <summary>Binds the port; 0 takes any that is free on both addresses.</summary>
    /// <exception cref="IOException">The port is in use; the message names it.</exception>
    public static LoopbackListener Bind(int port)
    {
        for (var attempt = 1; ; attempt++)
        {
            var v4 = BindOne(new IPEndPoint(IPAddress.Loopback, port));
            if (!Socket.OSSupportsIPv6)
            {
                return new LoopbackListener(v4, null, "the system has no IPv6");
            }

            try
            {
                return new LoopbackListener(
                    v4,
                    BindOne(new IPEndPoint(IPAddress.IPv6Loopback, ((IPEndPoint)v4.LocalEndPoint!).Port)),
                    null);
            }
            catch (SocketException exception)
            {
                return new LoopbackListener(v4, null, exception.Message);
            }
            catch (IOException) when (port == 0 && attempt < MaximumAttempts)
            {
                v4.Dispose();
            }
            catch
            {
                v4.Dispose();
                throw;
            }
        }
    }

    /// <summary>Ends what Kestrel has not taken over.</summary>
    public void Dispose()
    {
        V4.Dispose();
        V6?.Dispose();
    }

    private static Socket BindOne(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endPoint);
            return socket;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            throw new IOException(
                $"Port {endPoint.Port} on {endPoint.Address} is already in use; end the process that listens there, or set LocalAws:Port "
                + "to another port (0 takes any free one).",
                exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
