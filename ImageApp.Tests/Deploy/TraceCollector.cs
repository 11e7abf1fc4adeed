using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ImageApp.Tests.Deploy;

/// <summary>A gRPC endpoint that keeps the names of the OTLP calls it gets, and answers each with an empty message.</summary>
internal sealed class TraceCollector : IAsyncDisposable
{
    // A gRPC message: not compressed, of length zero (gRPC over HTTP/2, length-prefixed message).
    private static readonly byte[] Empty = new byte[5];
    private readonly WebApplication _server;

    private TraceCollector(WebApplication server) => _server = server;

    public ConcurrentQueue<string> Calls { get; } = new();

    public Uri Address => new(_server.Urls.Single());

    public static async Task<TraceCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2)
        );
        var collector = new TraceCollector(builder.Build());
        collector._server.MapPost("{*path}", collector.ReceiveAsync);
        await collector._server.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        Calls.Enqueue(context.Request.Path);
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(Empty, context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
