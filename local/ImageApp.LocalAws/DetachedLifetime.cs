using Microsoft.Extensions.Hosting;

namespace ImageApp.LocalAws;

/// <summary>Leaves Ctrl-C to whoever started the server: it must outlive the processes that use it.</summary>
internal sealed class DetachedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
