using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using ImageApp.Core;
using ImageApp.Tests.Browser;
using MySqlConnector;
using HttpClientFactory = Amazon.Runtime.HttpClientFactory;

namespace ImageApp.Tests.Data;

/// <summary>
/// Database and bucket as a process has them that dies before its Nth step: then nothing gets through to either any more, not even what
/// would put things right.
/// </summary>
internal sealed class CrashingProcess : IAsyncDisposable
{
    private readonly TcpGate _gate;
    private readonly ActivityListener _listener;
    private readonly Activity _life = new("a process that dies");
    private readonly int _crashAt;
    private volatile bool _isDead;
    private int _steps;

    /// <param name="connection">The database.</param>
    /// <param name="aws">Where the bucket is.</param>
    /// <param name="crashAt">The step before which it dies, from 0.</param>
    public CrashingProcess(string connection, LocalAwsInstance aws, int crashAt)
    {
        _crashAt = crashAt;
        var target = new MySqlConnectionStringBuilder(connection);
        _gate = new TcpGate((int)target.Port);
        target.Port = (uint)_gate.Port;
        target.ConnectionTimeout = 3;
        Database = new MySqlDataSource(target.ConnectionString);
        S3 = new AmazonS3Client(
            new BasicAWSCredentials(aws.Options.AccessKeyId, aws.Options.SecretAccessKey),
            new AmazonS3Config
            {
                ServiceURL = aws.Server.Endpoint.ToString(),
                ForcePathStyle = true,
                AuthenticationRegion = aws.Options.Region,
                UseHttp = true,
                MaxErrorRetry = 0,
                HttpClientFactory = new Factory(this),
            });

        // Every verb of catalogue and bucket is a span, and a step; those of other tests have another trace.
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ImageAppTelemetry.Name,
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStarted = OnStep,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public MySqlDataSource Database { get; }

    public AmazonS3Client S3 { get; }

    /// <summary>Whether it came as far as the step before which it dies.</summary>
    public bool HasCrashed => _isDead;

    /// <summary>The steps that it began.</summary>
    public List<string> Steps { get; } = [];

    /// <summary>Does some work in it.</summary>
    /// <returns>What it died of; null where it lived on.</returns>
    public async Task<Exception?> RunAsync(Func<Task> work)
    {
        _life.SetIdFormat(ActivityIdFormat.W3C);
        if (_life.Id is null)
        {
            _life.Start();
        }

        Activity.Current = _life;
        try
        {
            await work();
            return null;
        }
        catch (Exception e) when (_isDead)
        {
            return e;
        }
        finally
        {
            Activity.Current = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        _life.Dispose();
        S3.Dispose();
        await Database.DisposeAsync();
        await _gate.DisposeAsync();
    }

    private void OnStep(Activity step)
    {
        if (step.TraceId != _life.TraceId || _isDead)
        {
            return;
        }

        if (_steps++ == _crashAt)
        {
            _isDead = true;
            _gate.Shut();
            return;
        }

        Steps.Add(step.OperationName);
    }

    private sealed class Factory(CrashingProcess process) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Handler(process));

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;
    }

    private sealed class Handler(CrashingProcess process) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            process._isDead
                ? Task.FromException<HttpResponseMessage>(new HttpRequestException("The process is dead."))
                : base.SendAsync(request, cancellationToken);
    }
}
