using System.Diagnostics;
using System.Globalization;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using ImageApp.Core.Catalogue;
using ImageApp.LocalAws.Lambda;
using ImageApp.Tests.Application;
using ImageApp.Tests.Browser;
using ImageApp.Tests.Database;

namespace ImageApp.Tests.Functions;

/// <summary>What a cold start of the functions' zips takes, beside the same functions under the JIT. Nothing is asserted of time; ./test
/// prints <c>artifacts/cold-start-*.txt</c>.</summary>
public sealed class ColdStartTests(DatabaseServer server)
{
    private const int Starts = 5;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ThumbnailFunction", "thumbnail")]
    [InlineData("CaptionFunction", "caption")]
    public async Task A_cold_start_polls_and_puts_its_result_into_the_row(string name, string result)
    {
        using var sandbox = new LambdaSandbox(name);
        var native = await MeasureAsync(name, sandbox.Program, sandbox.Environment);
        var jit = await MeasureAsync(name, FunctionProcess.Built($"ImageApp.{name}"), []);
        var report = string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {Median(native.Polls):0} ms to the first poll, {Median(native.Results):0} ms to the first {result} in the row, of {Starts} starts; under the JIT {Median(jit.Polls):0} and {Median(jit.Results):0} ms (ratios {Median(native.Polls) / Median(jit.Polls):0.00} and {Median(native.Results) / Median(jit.Results):0.00}); zip {Megabytes($"ImageApp.{name}"):0.0} MB, layer {Megabytes(LambdaSandbox.Layer):0.0} MB"
        );
        await File.WriteAllTextAsync(Path.Combine(RepositoryRoot.Path, "artifacts", $"cold-start-{name}.txt"), report + "\n", Cancel);
    }

    private async Task<(List<double> Polls, List<double> Results)> MeasureAsync(
        string name,
        IReadOnlyList<string> program,
        IReadOnlyList<(string Key, string Value)> environment
    )
    {
        var (polls, results) = (new List<double>(), new List<double>());
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new StepResults(database);
        await using var aws = await LocalAwsInstance.StartAsync(options =>
            options.Functions.Add(
                new FunctionRegistration(name)
                {
                    MemorySize = 512,
                    Timeout = TimeSpan.FromSeconds(300),
                    RestartAsync = _ => Task.CompletedTask,
                }
            )
        );
        using var s3 = new AmazonS3Client(
            new BasicAWSCredentials(aws.Options.AccessKeyId, aws.Options.SecretAccessKey),
            new AmazonS3Config
            {
                ServiceURL = aws.Server.Endpoint.ToString(),
                AuthenticationRegion = aws.Options.Region,
                ForcePathStyle = true,
            }
        );
        await s3.PutBucketAsync(FunctionPipeline.Bucket, Cancel);
        for (var i = 0; i < Starts; i++)
        {
            var key = $"images/cold-{i}.jpg";
            await s3.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = FunctionPipeline.Bucket,
                    Key = key,
                    InputStream = new MemoryStream(TestImages.Jpeg(800, 600 + i)),
                },
                Cancel
            );

            // The event is there before the function, as it is in Lambda. Its first connection to the Runtime API is its first poll.
            var answer = aws.LambdaAsync(HttpMethod.Post, $"/2015-03-31/functions/{name}/invocations", FunctionPipeline.Event(key));
            await using var gate = new TcpGate(aws.Server.Endpoint.Port);
            var start = Stopwatch.GetTimestamp();
            await using var process = FunctionProcess.Start(
                name,
                program,
                aws,
                [
                    new("AWS_LAMBDA_RUNTIME_API", $"127.0.0.1:{gate.Port}/{aws.RuntimePathOf(name)}"),
                    new("ConnectionStrings__imagedb", database.ConnectionString),
                    new("AWS__Resources__BucketName", FunctionPipeline.Bucket),
                    .. environment.Select(variable => KeyValuePair.Create(variable.Key, variable.Value)),
                ]
            );
            polls.Add(
                Stopwatch.GetElapsedTime(start, await gate.FirstConnection.WaitAsync(TimeSpan.FromSeconds(30), Cancel)).TotalMilliseconds
            );
            while (await catalogue.FindAsync(key, Cancel) is not { } row || (row.ThumbnailKey ?? row.Caption) is null)
            {
                Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60), $"Nothing came of {key}.");
                await Task.Delay(TimeSpan.FromMilliseconds(1), Cancel);
            }

            results.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            var (response, body) = await answer.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
            Assert.False(response.Headers.Contains("X-Amz-Function-Error"), body);
        }

        return (polls, results);
    }

    private static double Megabytes(string project) => new FileInfo(LambdaSandbox.ZipOf(project)).Length / 1e6;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
