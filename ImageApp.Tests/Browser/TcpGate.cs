using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ImageApp.Tests.Browser;

/// <summary>A loopback port that leads to another while it is open, and nowhere while it is shut: how a dependency goes away and comes
/// back.</summary>
internal sealed class TcpGate : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<TcpClient> _clients = [];
    private readonly int _target;
    private readonly Task _accepting;
    private readonly TaskCompletionSource<long> _firstConnection = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _open = true;

    public TcpGate(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>When somebody came for the first time, a timestamp of <see cref="Stopwatch"/>.</summary>
    public Task<long> FirstConnection => _firstConnection.Task;

    public void Open() => _open = true;

    /// <summary>Cuts every connection and takes no more.</summary>
    public void Shut()
    {
        _open = false;
        while (_clients.TryTake(out var client))
        {
            client.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Shut();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _firstConnection.TrySetResult(Stopwatch.GetTimestamp());
                if (_open)
                {
                    _ = ForwardAsync(client);
                }
                else
                {
                    client.Dispose();
                }
            }
        }
        catch (Exception e)
            when (e is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The gate is being taken down.
        }
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using var server = new TcpClient();
        _clients.Add(client);
        _clients.Add(server);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            await Task.WhenAny(
                client.GetStream().CopyToAsync(server.GetStream(), _stop.Token),
                server.GetStream().CopyToAsync(client.GetStream(), _stop.Token)
            );
        }
        catch (Exception e)
            when (e is OperationCanceledException or SocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut: that is what a gate is for.
        }
        finally
        {
            client.Dispose();
        }
    }
}
