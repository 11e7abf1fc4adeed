using System.Text;
using ImageApp.LocalAws;

namespace ImageApp.AppHost.Hosting.Aws;

/// <summary>Local AWS: runs in the AppHost's own process, since the stack is made before any other process starts.</summary>
internal sealed class LocalAwsResource(string name) : Resource(name)
{
    private readonly TaskCompletionSource<LocalAwsServer> _server = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The functions that poll it.</summary>
    public IReadOnlyList<string> Functions { get; set; } = [];

    /// <summary>Says that it listens.</summary>
    public void Started(LocalAwsServer server) => _server.TrySetResult(server);

    /// <summary>Runs a function on this machine and waits for its end.</summary>
    /// <returns>Its error, or null after a success.</returns>
    public async Task<string?> InvokeAsync(string function, string payload, CancellationToken cancellationToken)
    {
        var server = await _server.Task.WaitAsync(cancellationToken);
        return await server.InvokeAsync(function, Encoding.UTF8.GetBytes(payload), cancellationToken);
    }
}
