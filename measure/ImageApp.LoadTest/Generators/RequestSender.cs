using System.Diagnostics;
using System.Net;
using ImageApp.LoadTest.Measuring;

namespace ImageApp.LoadTest.Generators;

/// <summary>Sends requests and tells the recorder how long each took since it was due.</summary>
internal sealed class RequestSender : IDisposable
{
    private readonly HttpClient _client;
    private readonly LoadProfile _profile;
    private readonly LoadRecorder _recorder;
    private int _next = -1;
    private int _inFlight;

    public RequestSender(Uri target, LoadProfile profile, LoadRecorder recorder)
    {
        _profile = profile;
        _recorder = recorder;
        _client = new HttpClient(
            new SocketsHttpHandler
            {
                // A visitor's browser keeps its connections; visitors come and go.
                PooledConnectionLifetime = TimeSpan.FromSeconds(30),
                MaxConnectionsPerServer = profile.MaxInFlight,
                AutomaticDecompression = DecompressionMethods.None,
                UseCookies = false,
                AllowAutoRedirect = false,
            }
        )
        {
            BaseAddress = target,
            Timeout = profile.Timeout,
        };
        _client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip");
    }

    /// <summary>How many are under way.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Sends one request.</summary>
    /// <param name="due">When it was to be sent, a timestamp of <see cref="Stopwatch"/>. What the sender lost before it counts as the
    /// request's, else a slow server would hide its own slowness.</param>
    /// <param name="cancellationToken">Stops the test.</param>
    public async Task SendAsync(long due, CancellationToken cancellationToken)
    {
        var path = _profile.Paths[(int)((uint)Interlocked.Increment(ref _next) % (uint)_profile.Paths.Count)];
        if (Interlocked.Increment(ref _inFlight) > _profile.MaxInFlight)
        {
            Interlocked.Decrement(ref _inFlight);
            _recorder.Record(path, TimeSpan.Zero, $"not sent: {_profile.MaxInFlight} were under way");
            return;
        }

        try
        {
            using var answer = await _client.GetAsync(
                new Uri(path, UriKind.Relative),
                HttpCompletionOption.ResponseContentRead,
                cancellationToken
            );
            _recorder.Record(path, Stopwatch.GetElapsedTime(due), answer.IsSuccessStatusCode ? null : $"HTTP {(int)answer.StatusCode}");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The test was stopped; this request has no result.
        }
        catch (OperationCanceledException)
        {
            _recorder.Record(path, Stopwatch.GetElapsedTime(due), $"no answer within {_profile.Timeout.TotalSeconds:0} s");
        }
        catch (HttpRequestException e)
        {
            _recorder.Record(path, Stopwatch.GetElapsedTime(due), e.HttpRequestError.ToString());
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    public void Dispose() => _client.Dispose();
}
