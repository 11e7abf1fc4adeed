using System.Text.Json.Nodes;
using Amazon.S3;
using Amazon.S3.Model;
using ImageApp.Core.Catalogue;
using ImageApp.LocalAws.Lambda;
using ImageApp.Tests.Database;
using MySqlConnector;

namespace ImageApp.Tests.Functions;

/// <summary>Local AWS, a catalogue of a real server, a bucket, and one function as a process: everything around it but SNS, whose events
/// the tests send.</summary>
internal sealed class FunctionPipeline : IAsyncDisposable
{
    public const string Bucket = "pictures";
    private readonly string _name;
    private readonly MySqlDataSource _database;
    private readonly FunctionProcess _process;

    private FunctionPipeline(string name, LocalAwsInstance aws, MySqlDataSource database, FunctionProcess process)
    {
        _name = name;
        _database = database;
        _process = process;
        Aws = aws;
        Catalogue = new StepResults(database);
        Captioning = new CaptioningState(database);
    }

    public LocalAwsInstance Aws { get; }

    public AmazonS3Client S3 => Aws.S3;

    public StepResults Catalogue { get; }

    public CaptioningState Captioning { get; }

    /// <summary>The catalogue's database, for a second function beside this one.</summary>
    public MySqlDataSource Database => _database;

    public string Log => string.Join('\n', _process.Output);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<FunctionPipeline> StartAsync(
        DatabaseServer server,
        string name,
        IReadOnlyList<string> program,
        params (string Key, string Value)[] environment
    )
    {
        var aws = await LocalAwsInstance.StartAsync(options =>
            options.Functions.Add(
                new FunctionRegistration(name)
                {
                    MemorySize = 512,
                    Timeout = TimeSpan.FromSeconds(300),
                    RestartAsync = _ => Task.CompletedTask,
                }
            )
        );
        await aws.S3.PutBucketAsync(Bucket, Cancel);
        var database = await server.CreateCatalogueAsync();
        var process = FunctionProcess.Start(
            name,
            program,
            aws,
            [
                new("ConnectionStrings__imagedb", database.ConnectionString),
                new("AWS__Resources__BucketName", Bucket),
                .. environment.Select(variable => KeyValuePair.Create(variable.Key, variable.Value)),
            ]
        );
        return new FunctionPipeline(name, aws, database, process);
    }

    /// <summary>Lets the provider's quota be there again.</summary>
    public async Task EndPauseAsync()
    {
        await using var connection = await _database.OpenConnectionAsync(Cancel);
        await using var command = new MySqlCommand("UPDATE captioning SET paused_until = NULL", connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    public async Task PutAsync(string key, byte[] content, params (string Name, string Value)[] metadata)
    {
        var put = new PutObjectRequest
        {
            BucketName = Bucket,
            Key = key,
            InputStream = new MemoryStream(content),
        };
        foreach (var (name, value) in metadata)
        {
            put.Metadata[name] = value;
        }

        await S3.PutObjectAsync(put, Cancel);
    }

    /// <summary>Invokes the function with an S3 event in SNS's envelope.</summary>
    /// <returns>The type of the function's error, or null where it succeeded, and what it answered.</returns>
    public async Task<(string? ErrorType, string Answer)> InvokeAsync(
        string key,
        string bucket = Bucket,
        string eventName = "ObjectCreated:Put"
    )
    {
        var (response, body) = await Aws.LambdaAsync(
            HttpMethod.Post,
            $"/2015-03-31/functions/{_name}/invocations",
            Event(key, bucket, eventName)
        );
        return (response.Headers.TryGetValues("X-Amz-Function-Error", out var error) ? error.Single() : null, body);
    }

    /// <summary>An S3 event in SNS's envelope, as Lambda gets it.</summary>
    public static string Event(string key, string bucket = Bucket, string eventName = "ObjectCreated:Put")
    {
        var notification = new JsonObject
        {
            ["Records"] = new JsonArray(
                new JsonObject
                {
                    ["eventName"] = eventName,
                    ["eventTime"] = "2026-01-02T03:04:05.000Z",
                    ["s3"] = new JsonObject
                    {
                        ["bucket"] = new JsonObject { ["name"] = bucket },
                        ["object"] = new JsonObject
                        {
                            ["key"] = Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal),
                            ["size"] = 1,
                            ["eTag"] = "0",
                        },
                    },
                }
            ),
        };
        var envelope = new JsonObject
        {
            ["Records"] = new JsonArray(
                new JsonObject
                {
                    ["EventSource"] = "aws:sns",
                    ["EventVersion"] = "1.0",
                    ["EventSubscriptionArn"] = "arn:aws:sns:us-east-1:000000000000:t:s",
                    ["Sns"] = new JsonObject
                    {
                        ["Type"] = "Notification",
                        ["MessageId"] = "m",
                        ["TopicArn"] = "arn:aws:sns:us-east-1:000000000000:t",
                        ["Timestamp"] = "2026-01-02T03:04:05.000Z",
                        ["Message"] = notification.ToJsonString(),
                        ["MessageAttributes"] = new JsonObject(),
                    },
                }
            ),
        };
        return envelope.ToJsonString();
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await Aws.DisposeAsync();
        await _database.DisposeAsync();
    }
}
