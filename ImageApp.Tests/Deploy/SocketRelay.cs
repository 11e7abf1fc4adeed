using System.Net;
using System.Net.Sockets;

namespace ImageApp.Tests.Deploy;

/// <summary>A socket in a folder that leads to a local TCP port: the way out of a network namespace that has none.</summary>
internal sealed class SocketRelay : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Task _accepting;

    public SocketRelay(string path, int port)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _accepting = AcceptAsync(port);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync(int port)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(RelayAsync(await _listener.AcceptAsync(_stop.Token), port));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task RelayAsync(Socket inside, int port)
    {
        using var outside = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (inside)
        {
            try
            {
                await outside.ConnectAsync(IPAddress.Loopback, port, _stop.Token);
                await using var near = new NetworkStream(inside);
                await using var far = new NetworkStream(outside);
                await Task.WhenAll(CopyAsync(near, far, outside), CopyAsync(far, near, inside));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // One end is gone: so is the other, by the using above.
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, Socket ended)
    {
        await from.CopyToAsync(to, _stop.Token);
        ended.Shutdown(SocketShutdown.Send);
    }
}
