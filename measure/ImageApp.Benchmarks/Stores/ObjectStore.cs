using System.Diagnostics;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace ImageApp.Benchmarks.Stores;

/// <summary>A program with S3's interface, started as a process of its own on a free port.</summary>
internal sealed class ObjectStore : IAsyncDisposable
{
    /// <summary>The bucket that is there.</summary>
    public const string Bucket = "measured";

    private readonly Process _process;
    private readonly HttpClient _http;

    private ObjectStore(Process process, AmazonS3Client client, HttpClient http, TimeSpan startedAfter)
    {
        _process = process;
        Client = client;
        _http = http;
        StartedAfter = startedAfter;
    }

    /// <summary>The AWS SDK's client, as it is by itself.</summary>
    public AmazonS3Client Client { get; }

    /// <summary>From the start of the process to the answer to its first PUT of an object.</summary>
    public TimeSpan StartedAfter { get; }

    /// <summary>Starts it.</summary>
    /// <param name="description">How.</param>
    /// <param name="connections">How many connections requests are sent over.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">It ended, or answered something else than 200.</exception>
    public static async Task<ObjectStore> StartAsync(
        ObjectStoreDescription description,
        int connections,
        CancellationToken cancellationToken)
    {
        var port = FreePort.Next();
        var client = new AmazonS3Client(
            new BasicAWSCredentials(description.AccessKeyId, description.SecretAccessKey),
            new AmazonS3Config
            {
                ServiceURL = $"http://localhost:{port}",
                ForcePathStyle = true,
                AuthenticationRegion = "us-east-1",
                UseHttp = true,
            });
        var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections });
        var clock = Stopwatch.StartNew();
        var start = new ProcessStartInfo(description.Program, description.Arguments(port))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var create = await SignAsync(client, HttpVerb.PUT, "");
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await SendAsync(http, HttpMethod.Put, create, [], cancellationToken);
                break;
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                await Task.Delay(2, cancellationToken);
            }
        }

        await SendAsync(http, HttpMethod.Put, await SignAsync(client, HttpVerb.PUT, "first"), [1], cancellationToken);
        return new ObjectStore(process, client, http, clock.Elapsed);
    }

    /// <summary>Requests a second.</summary>
    /// <param name="method">PUT or GET.</param>
    /// <param name="content">The bytes of each object.</param>
    /// <param name="count">How many requests.</param>
    /// <param name="connections">How many at once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<double> RateAsync(HttpMethod method, byte[] content, int count, int connections, CancellationToken cancellationToken)
    {
        // Signed in advance: what is measured is the store.
        var addresses = new Uri[count];
        for (var i = 0; i < count; i++)
        {
            addresses[i] = await SignAsync(Client, method == HttpMethod.Put ? HttpVerb.PUT : HttpVerb.GET, $"key-{i % 1000}");
        }

        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            addresses,
            new ParallelOptions { MaxDegreeOfParallelism = connections, CancellationToken = cancellationToken },
            async (address, stopping) => await SendAsync(_http, method, address, method == HttpMethod.Put ? content : null, stopping));
        return count / clock.Elapsed.TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Client.Dispose();
        _http.Dispose();
    }

    private static async Task<Uri> SignAsync(AmazonS3Client client, HttpVerb verb, string key) =>
        new(await client.GetPreSignedURLAsync(new GetPreSignedUrlRequest
        {
            BucketName = Bucket,
            Key = key,
            Verb = verb,
            Expires = DateTime.UtcNow.AddHours(1),
            Protocol = Protocol.HTTP,
        }));

    private static async Task SendAsync(
        HttpClient http,
        HttpMethod method,
        Uri address,
        byte[]? body,
        CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, address) { Content = body is null ? null : new ByteArrayContent(body) };
        using var answer = await http.SendAsync(request, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw new InvalidOperationException(
                $"{method} {address} was answered with {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }

        await answer.Content.CopyToAsync(Stream.Null, cancellationToken);
    }
}
