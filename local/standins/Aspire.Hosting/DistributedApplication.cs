using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Dcp;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Health;
using Aspire.Hosting.Lifecycle;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>An application of several processes.</summary>
public class DistributedApplication : IHost, IAsyncDisposable
{
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(5);
    private readonly IHost _host;
    private bool _stopped;

    internal DistributedApplication(IHost host) => _host = host;

    /// <inheritdoc/>
    public IServiceProvider Services => _host.Services;

    /// <summary>What is known of the resources.</summary>
    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    /// <summary>The resources' commands.</summary>
    public ResourceCommandService ResourceCommands => Services.GetRequiredService<ResourceCommandService>();

    /// <summary>Starts to build an application.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => CreateBuilder(new DistributedApplicationOptions { Args = args });

    /// <summary>Starts to build an application.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options)
    {
        if (Testing.EntryPointInterception.Current is { } interception)
        {
            interception.Configure(options);
            var intercepted = new DistributedApplicationBuilder(options);
            interception.BuilderCreated(intercepted);
            return intercepted;
        }

        return new DistributedApplicationBuilder(options);
    }

    /// <summary>Runs until it is asked to stop.</summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>Runs until it is asked to stop.</summary>
    public virtual async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (Testing.EntryPointInterception.Current is not null)
        {
            // The test starts and stops it; the entry point only waits.
            await _host.WaitForShutdownAsync(cancellationToken);
            return;
        }

        try
        {
            await StartAsync(cancellationToken);
            await StopRequestedAsync(cancellationToken);
        }
        catch (Exception e) when (e is DistributedApplicationException or IOException or ArgumentException)
        {
            Console.Error.WriteLine(e.Message);
            Environment.ExitCode = 1;
        }
        finally
        {
            await DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public virtual async Task StartAsync(CancellationToken cancellationToken = default)
    {
        var model = Services.GetRequiredService<DistributedApplicationModel>();
        var eventing = Services.GetRequiredService<IDistributedApplicationEventing>();
        var context = Services.GetRequiredService<DistributedApplicationExecutionContext>();
        var orchestrator = Services.GetRequiredService<DcpOrchestrator>();

        // The orchestrator takes seconds to come up; everything before the first process happens meanwhile.
        var server = Services.GetRequiredService<DcpServer>().StartAsync(cancellationToken);
        try
        {
            foreach (var subscriber in Services.GetServices<IDistributedApplicationEventingSubscriber>())
            {
                await subscriber.SubscribeAsync(eventing, context, cancellationToken);
            }

            await eventing.PublishAsync(new BeforeStartEvent(Services, model), cancellationToken);
            await ResourceNotifications.PublishInitialAsync(model);
            Services.GetRequiredService<ResourceHealthMonitor>().Start();
            await _host.StartAsync(cancellationToken);
        }
        finally
        {
            await server;
        }

        await Services.GetRequiredService<DashboardHost>().StartAsync(cancellationToken);
        await orchestrator.StartAsync(cancellationToken);
        await eventing.PublishAsync(new AfterResourcesCreatedEvent(Services, model), cancellationToken);
    }

    /// <inheritdoc/>
    public virtual async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        using var deadline = new CancellationTokenSource(StopDeadline);
        try
        {
            await Services.GetRequiredService<DcpOrchestrator>().StopAllAsync(deadline.Token);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // The orchestrator is gone, or a process will not end: the orchestrator kills it now.
        }

        await Services.GetRequiredService<DcpServer>().StopAsync();
        await Services.GetRequiredService<DashboardHost>().StopAsync();
        await _host.StopAsync(cancellationToken);
    }

    private async Task StopRequestedAsync(CancellationToken cancellationToken)
    {
        var requested = new TaskCompletionSource();
        await using var byHost = Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(requested.SetResult);
        await requested.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }
}
