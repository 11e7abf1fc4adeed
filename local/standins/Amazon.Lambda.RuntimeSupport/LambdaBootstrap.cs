using System.Net.Http.Headers;
using System.Net.Sockets;
using Amazon.Lambda.Core;

namespace Amazon.Lambda.RuntimeSupport;

/// <summary>
/// Polls the Runtime API for invocations and answers them one by one
/// (Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes").
/// </summary>
public sealed class LambdaBootstrap : IDisposable
{
    private const string TraceVariable = "_X_AMZN_TRACE_ID";
    private const int ConnectAttempts = 5;
    private readonly Func<Stream, ILambdaContext, Task<Stream>> _handler;
    private readonly HttpClient _http;
    private readonly bool _ownsClient;

    internal LambdaBootstrap(Func<Stream, ILambdaContext, Task<Stream>> handler, HttpClient? http)
    {
        _handler = handler;
        _ownsClient = http is null;
        _http = http ?? new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="InvalidOperationException"><c>AWS_LAMBDA_RUNTIME_API</c> is not set.</exception>
    /// <exception cref="HttpRequestException">The Runtime API does not answer.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        var api =
            Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API")
            ?? throw new InvalidOperationException(
                "AWS_LAMBDA_RUNTIME_API is not set: this program is a Lambda function and runs where a Runtime API is."
            );
        var runtime = new Uri($"http://{api.TrimEnd('/')}/2018-06-01/runtime/");
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using var next = await NextAsync(runtime, cancellationToken);
                await InvokeAsync(runtime, next, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Frees the client.</summary>
    public void Dispose()
    {
        if (_ownsClient)
        {
            _http.Dispose();
        }
    }

    private async Task<HttpResponseMessage> NextAsync(Uri runtime, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var next = await _http.GetAsync(
                    new Uri(runtime, "invocation/next"),
                    HttpCompletionOption.ResponseHeadersRead,
                    cancellationToken
                );
                next.EnsureSuccessStatusCode();
                return next;
            }
            catch (HttpRequestException e) when (attempt < ConnectAttempts && e.InnerException is SocketException or IOException)
            {
                // The API's host may just be restarting.
                await Task.Delay(TimeSpan.FromMilliseconds(100 << attempt), cancellationToken);
            }
        }
    }

    private async Task InvokeAsync(Uri runtime, HttpResponseMessage next, CancellationToken cancellationToken)
    {
        var context = new LambdaContext(next.Headers);
        Environment.SetEnvironmentVariable(TraceVariable, context.TraceId.Length > 0 ? context.TraceId : null);
        HttpContent answer;
        string? errorType = null;
        try
        {
            await using var input = await next.Content.ReadAsStreamAsync(cancellationToken);
            answer = new StreamContent(await _handler(input, context));
        }
        catch (Exception e)
        {
            // Whatever the handler throws is the invocation's outcome.
            Console.Error.WriteLine(e);
            answer = new ByteArrayContent(ErrorDocument.Of(e));
            answer.Headers.ContentType = new MediaTypeHeaderValue("application/vnd.aws.lambda.error+json");
            errorType = e.GetType().Name;
        }

        var kind = errorType is null ? "response" : "error";
        using (answer)
        using (
            var request = new HttpRequestMessage(HttpMethod.Post, new Uri(runtime, $"invocation/{context.AwsRequestId}/{kind}"))
            {
                Content = answer,
            }
        )
        {
            if (errorType is not null)
            {
                request.Headers.Add("Lambda-Runtime-Function-Error-Type", errorType);
            }

            // A refusal means that the invocation was decided without us, by its time-out: there is nothing to do but go on.
            using var accepted = await _http.SendAsync(request, cancellationToken);
            if (!accepted.IsSuccessStatusCode)
            {
                Console.Error.WriteLine(
                    $"The Runtime API answered {(int)accepted.StatusCode} to the {kind} of {context.AwsRequestId}: {await accepted.Content.ReadAsStringAsync(cancellationToken)}"
                );
            }
        }
    }
}
