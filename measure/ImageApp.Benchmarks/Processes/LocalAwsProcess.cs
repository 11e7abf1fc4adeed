using System.Net;
using System.Security.Cryptography;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.S3;
using ImageApp.Core.Aws;

namespace ImageApp.Benchmarks.Processes;

/// <summary>Local AWS as a process, with the stack of the image events: bucket, topic, subscriptions of both functions.</summary>
internal sealed class LocalAwsProcess : IAsyncDisposable
{
    private const string AccessKeyId = "local";
    private const string SecretAccessKey = "local-secret";
    private const string Region = "us-east-1";
    private static readonly string[] Functions = ["ThumbnailFunction", "CaptionFunction"];

    private readonly string _secret = RandomNumberGenerator.GetHexString(32, lowercase: true);
    private readonly HttpClient _http;
    private readonly int _port;

    private LocalAwsProcess(string folder, IReadOnlyDictionary<string, string>? telemetry)
    {
        _port = FreePort.Next();
        _http = new HttpClient { BaseAddress = new Uri(FormattableString.Invariant($"http://localhost:{_port}")) };
        var settings = Functions.SelectMany((name, i) => new[]
        {
            FormattableString.Invariant($"--LocalAws:Functions:{i}:Name={name}"),
            FormattableString.Invariant($"--LocalAws:Functions:{i}:RuntimeSecret={_secret}"),
        });
        Process = MeasuredProcess.Start(
            Published.LocalAws[0],
            [
                .. Published.LocalAws.Skip(1),
                FormattableString.Invariant($"--LocalAws:Port={_port}"),
                $"--LocalAws:DataDirectory={Directory.CreateDirectory(Path.Combine(folder, "aws")).FullName}",
                .. settings,
            ],
            telemetry);
        S3 = new AmazonS3Client(
            new BasicAWSCredentials(AccessKeyId, SecretAccessKey),
            new AmazonS3Config
            {
                ServiceURL = _http.BaseAddress.ToString(),
                ForcePathStyle = true,
                AuthenticationRegion = Region,
                UseHttp = true,
            });
    }

    /// <summary>Its process.</summary>
    public MeasuredProcess Process { get; }

    /// <summary>A client of its buckets.</summary>
    public AmazonS3Client S3 { get; }

    /// <summary>The bucket of the stack.</summary>
    public string Bucket { get; private set; } = "";

    /// <summary>What every process beside it is told.</summary>
    public Dictionary<string, string> Environment => new(StringComparer.Ordinal)
    {
        ["AWS_ENDPOINT_URL"] = _http.BaseAddress!.ToString().TrimEnd('/'),
        ["AWS_REGION"] = Region,
        ["AWS_DEFAULT_REGION"] = Region,
        ["AWS_ACCESS_KEY_ID"] = AccessKeyId,
        ["AWS_SECRET_ACCESS_KEY"] = SecretAccessKey,
        ["AWS__Resources__BucketName"] = Bucket,
        ["BUCKET"] = Bucket,
    };

    /// <summary>Starts it and creates the stack.</summary>
    public static async Task<LocalAwsProcess> StartAsync(
        string folder, IReadOnlyDictionary<string, string>? telemetry, CancellationToken cancellationToken)
    {
        var aws = new LocalAwsProcess(folder, telemetry);
        await aws.Process.UntilAsync(
            async () =>
            {
                try
                {
                    using var answer = await aws._http.GetAsync("/", cancellationToken);
                    return true;
                }
                catch (HttpRequestException)
                {
                    // It does not listen yet.
                    return false;
                }
            },
            cancellationToken);
        await aws.CreateStackAsync(cancellationToken);
        return aws;
    }

    /// <summary>Where a function's processes poll (<c>AWS_LAMBDA_RUNTIME_API</c>).</summary>
    public string RuntimeApiOf(string function) => FormattableString.Invariant($"localhost:{_port}/{function}/{_secret}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        S3.Dispose();
        _http.Dispose();
        await Process.DisposeAsync();
    }

    private async Task CreateStackAsync(CancellationToken cancellationToken)
    {
        var template = await File.ReadAllTextAsync(Path.Combine("ImageApp.AppHost", "image-events.template"), cancellationToken);
        await CallAsync(("Action", "CreateStack"), ("TemplateBody", template));
        while (Bucket.Length == 0)
        {
            var stack = await CallAsync(("Action", "DescribeStacks"));
            var status = stack.Descendants().First(one => one.Name.LocalName == "StackStatus").Value;
            if (status == "CREATE_COMPLETE")
            {
                Bucket = stack.Descendants().Where(one => one.Name.LocalName == "member")
                    .First(one => one.Elements().Any(key => key is { Name.LocalName: "OutputKey", Value: "BucketName" }))
                    .Elements().First(one => one.Name.LocalName == "OutputValue").Value;
            }
            else if (status != "CREATE_IN_PROGRESS")
            {
                throw new InvalidOperationException($"The stack of the image events is {status}:\n{Process.Output}");
            }
            else
            {
                await Task.Delay(10, cancellationToken);
            }
        }

        async Task<XElement> CallAsync(params (string Name, string Value)[] parameters)
        {
            var body = await new FormUrlEncodedContent(
                parameters.Append(("Version", "2010-05-15")).Append(("StackName", "image-events"))
                    .Select(one => KeyValuePair.Create(one.Item1, one.Item2))).ReadAsByteArrayAsync(cancellationToken);
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_http.BaseAddress!, "/"))
            {
                Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/x-www-form-urlencoded") } },
            };
            new SignatureV4(new ImmutableCredentials(AccessKeyId, SecretAccessKey, null), Region, "cloudformation")
                .Sign(request, body, DateTimeOffset.UtcNow);
            using var answer = await _http.SendAsync(request, cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK
                ? XElement.Parse(text)
                : throw new InvalidOperationException($"CloudFormation answered with {(int)answer.StatusCode}: {text}");
        }
    }
}
