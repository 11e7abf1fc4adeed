using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ImageApp.Benchmarks.Pipeline;

/// <summary>Keeps the spans that processes export to it by OTLP over HTTP.</summary>
internal sealed class SpanCollector : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<Span> _spans = new();

    private SpanCollector(WebApplication server) => _server = server;

    /// <summary>What arrived until now.</summary>
    public IReadOnlyList<Span> Spans => [.. _spans];

    /// <summary>What a process is told to export its spans here, soon and alone.</summary>
    public Dictionary<string, string> Environment => new(StringComparer.Ordinal)
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _server.Urls.Single(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "500",
    };

    /// <summary>Starts one.</summary>
    public static async Task<SpanCollector> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var collector = new SpanCollector(builder.Build());
        collector._server.Urls.Add("http://127.0.0.1:0");
        collector._server.MapPost("/v1/{signal}", collector.ReceiveAsync);
        await collector._server.StartAsync(cancellationToken);
        return collector;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<IResult> ReceiveAsync(HttpRequest request, string signal, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        if (signal == "traces")
        {
            foreach (var span in OtlpReader.Read(body.ToArray()))
            {
                _spans.Enqueue(span);
            }
        }

        return Results.Bytes([], "application/x-protobuf");
    }
}
