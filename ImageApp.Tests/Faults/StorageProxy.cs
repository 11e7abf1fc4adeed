using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace ImageApp.Tests.Faults;

/// <summary>Stands before the bucket, and lets requests through, refuses them, or tells of them just before and just after.</summary>
internal sealed class StorageProxy : IAsyncDisposable
{
    private static readonly string[] OfOneHop = ["Connection", "Keep-Alive", "Transfer-Encoding", "Expect"];
    private readonly WebApplication _application;
    private readonly Uri _target;
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private int _refused;
    private volatile bool _isAway;

    private StorageProxy(WebApplication application, Uri target)
    {
        _application = application;
        _target = target;
    }

    /// <summary>Its address.</summary>
    public string Address => _application.Urls.Single();

    /// <summary>How many requests were refused so far.</summary>
    public int Refused => _refused;

    /// <summary>Whether every request is answered 500 and 503 in turn, as S3 does when it is not well.</summary>
    public bool IsAway
    {
        get => _isAway;
        set => _isAway = value;
    }

    /// <summary>Told of an original that is about to be put.</summary>
    public Func<Task>? BeforePut { get; set; }

    /// <summary>Told of an original that was put, before whoever put it is answered.</summary>
    public Func<Task>? AfterPut { get; set; }

    /// <summary>Starts it.</summary>
    /// <param name="target">Where the bucket is.</param>
    public static async Task<StorageProxy> StartAsync(Uri target)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Limits.MaxRequestBodySize = null);
        var application = builder.Build();
        application.Urls.Add("http://127.0.0.1:0");
        var proxy = new StorageProxy(application, target);
        application.Run(proxy.HandleAsync);
        await application.StartAsync(TestContext.Current.CancellationToken);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
        _client.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (IsAway)
        {
            var isInternal = Interlocked.Increment(ref _refused) % 2 == 0;
            context.Response.StatusCode = isInternal ? StatusCodes.Status500InternalServerError : StatusCodes.Status503ServiceUnavailable;
            context.Response.ContentType = "application/xml";
            await context.Response.WriteAsync(isInternal
                ? "<Error><Code>InternalError</Code><Message>We encountered an internal error. Please try again.</Message></Error>"
                : "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>");
            return;
        }

        var isOriginal = HttpMethods.IsPut(context.Request.Method)
            && context.Request.Path.Value!.Contains("/images/", StringComparison.Ordinal)
            && !context.Request.Headers.ContainsKey("x-amz-copy-source");
        if (isOriginal && BeforePut is { } before)
        {
            await before();
        }

        try
        {
            await ForwardAsync(context, isOriginal ? AfterPut : null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // One of the two ends is gone: that is what the other one has to see.
            context.Abort();
        }
    }

    private async Task ForwardAsync(HttpContext context, Func<Task>? after)
    {
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var uri = new Uri(
            _target.GetLeftPart(UriPartial.Authority) + raw,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), uri);
        if (context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0)
        {
            request.Content = new StreamContent(context.Request.Body);
        }
        else if (HttpMethods.IsPut(context.Request.Method) || HttpMethods.IsPost(context.Request.Method))
        {
            request.Content = new ByteArrayContent([]);
        }

        foreach (var (name, values) in context.Request.Headers)
        {
            // Host included: it is signed.
            if (!OfOneHop.Contains(name, StringComparer.OrdinalIgnoreCase)
                && !request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        // After a kill the object is still put: what was sent is on its way.
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        if (after is not null)
        {
            await after();
        }

        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            if (!OfOneHop.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        if (!HttpMethods.IsHead(context.Request.Method)
            && response.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.NotModified))
        {
            await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }
}
