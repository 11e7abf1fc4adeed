using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ImageApp.Tests.Scaling;

/// <summary>A server on the loopback whose answers a test gives.</summary>
internal sealed class TargetServer : IAsyncDisposable
{
    private readonly WebApplication _server;
    private int _requests;

    private TargetServer(WebApplication server, Uri address)
    {
        _server = server;
        Address = address;
    }

    public Uri Address { get; }

    public int Requests => Volatile.Read(ref _requests);

    public static async Task<TargetServer> StartAsync(Func<string, Task<HttpStatusCode>> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        TargetServer? server = null;
        application.Run(async context =>
        {
            Interlocked.Increment(ref server!._requests);
            context.Response.StatusCode = (int)await answer(context.Request.Path);
            await context.Response.WriteAsync("answer", context.RequestAborted);
        });
        await application.StartAsync(TestContext.Current.CancellationToken);
        return server = new TargetServer(application, new Uri(application.Urls.Single()));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
