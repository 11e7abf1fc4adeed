using Amazon.Runtime;
using Amazon.S3;
using ImageApp.LocalAws;
using ImageApp.LocalAws.Sns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ImageApp.Tests.LocalAws.S3;

/// <summary>A local AWS of a test's own with a client for its S3, and topics that record.</summary>
public sealed class S3Host : IAsyncDisposable
{
    private readonly bool _ownsFolder;

    private S3Host(LocalAwsServer server, LocalAwsOptions options, RecordingTopics topics, RecordingLog log, bool ownsFolder)
    {
        Server = server;
        Options = options;
        Topics = topics;
        Log = log;
        _ownsFolder = ownsFolder;
        Client = CreateClient(server.Endpoint, options.AccessKeyId, options.SecretAccessKey);
        Http = new HttpClient { BaseAddress = server.Endpoint };
    }

    public LocalAwsServer Server { get; }

    public LocalAwsOptions Options { get; }

    public RecordingTopics Topics { get; }

    public RecordingLog Log { get; }

    public AmazonS3Client Client { get; }

    public HttpClient Http { get; }

    public static Task<S3Host> StartAsync() => StartAsync(NewFolder(), ownsFolder: true);

    public static async Task<S3Host> StartAsync(string folder, bool ownsFolder = false, RecordingTopics? topics = null)
    {
        topics ??= new RecordingTopics();
        var log = new RecordingLog();
        var options = new LocalAwsOptions { Port = 0, DataDirectory = folder };
        var server = await LocalAwsServer.StartAsync(
            options,
            builder =>
            {
                builder.Logging.ClearProviders().AddProvider(log);
                builder.Services.AddSingleton<ITopicPublisher>(topics);
            },
            TestContext.Current.CancellationToken);
        return new S3Host(server, options, topics, log, ownsFolder);
    }

    public static string NewFolder() => Directory.CreateTempSubdirectory("imageapp-s3-").FullName;

    public static AmazonS3Client CreateClient(Uri endpoint, string accessKeyId, string secretAccessKey) => new(
        new BasicAWSCredentials(accessKeyId, secretAccessKey),
        new AmazonS3Config { ServiceURL = endpoint.ToString(), ForcePathStyle = true, AuthenticationRegion = "us-east-1", UseHttp = true, MaxErrorRetry = 0 });

    public async Task<string> CreateBucketAsync()
    {
        var name = "bucket-" + Guid.NewGuid().ToString("N");
        await Client.PutBucketAsync(name, TestContext.Current.CancellationToken);
        return name;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Http.Dispose();
        await Server.DisposeAsync();
        if (_ownsFolder)
        {
            Directory.Delete(Options.DataDirectory, recursive: true);
        }
    }
}
