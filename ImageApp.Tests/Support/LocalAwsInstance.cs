using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.SQS;
using Amazon.SQS.Model;
using ImageApp.LocalAws;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ImageApp.Tests.Support;

/// <summary>A local AWS on a free port with a folder of its own, its clients and its log.</summary>
internal sealed class LocalAwsInstance : IAsyncDisposable
{
    private readonly List<IDisposable> _clients = [];
    private readonly bool _ownsFolder;

    private LocalAwsInstance(LocalAwsOptions options, LocalAwsServer server, CollectedLogs logs, bool ownsFolder)
    {
        Options = options;
        Server = server;
        Logs = logs;
        _ownsFolder = ownsFolder;
        Sqs = Track(new AmazonSQSClient(
            options.AccessKeyId,
            options.SecretAccessKey,
            new AmazonSQSConfig { ServiceURL = server.Endpoint.ToString(), AuthenticationRegion = options.Region, MaxErrorRetry = 0 }));
        S3 = CreateS3Client(options.AccessKeyId, options.SecretAccessKey);
        CloudFormation = Track(new CloudFormationClient(server.Endpoint, options));
        SnsHttp = Track(Signed("sns"));
        LambdaHttp = Track(Signed("lambda"));
        StsHttp = Track(Signed("sts"));
        SqsHttp = Track(Signed("sqs"));
        Http = Track(new HttpClient { BaseAddress = server.Endpoint, Timeout = Timeout.InfiniteTimeSpan });
    }

    public LocalAwsOptions Options { get; }

    public LocalAwsServer Server { get; }

    public CollectedLogs Logs { get; }

    public AmazonSQSClient Sqs { get; }

    public AmazonS3Client S3 { get; }

    public CloudFormationClient CloudFormation { get; }

    public HttpClient SnsHttp { get; }

    public HttpClient LambdaHttp { get; }

    public HttpClient StsHttp { get; }

    public HttpClient SqsHttp { get; }

    public HttpClient Http { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Starts it.</summary>
    /// <param name="configure">Changes the options.</param>
    /// <param name="folder">A folder that outlives it; null for one of its own.</param>
    /// <param name="time">Another clock than the system's.</param>
    /// <param name="host">Changes the host, for example by services of a test's own.</param>
    public static async Task<LocalAwsInstance> StartAsync(
        Action<LocalAwsOptions>? configure = null,
        string? folder = null,
        TimeProvider? time = null,
        Action<WebApplicationBuilder>? host = null)
    {
        var options = new LocalAwsOptions
        {
            Port = 0,
            DataDirectory = folder ?? Directory.CreateTempSubdirectory("localaws-").FullName,
            AsynchronousRetryDelay = TimeSpan.FromMilliseconds(50),
        };
        configure?.Invoke(options);
        var logs = new CollectedLogs();
        var server = await LocalAwsServer.StartAsync(
            options,
            builder =>
            {
                builder.Logging.ClearProviders().AddProvider(logs);
                if (time is not null)
                {
                    builder.Services.AddSingleton(time);
                }

                host?.Invoke(builder);
            },
            Cancelled);
        return new LocalAwsInstance(options, server, logs, ownsFolder: folder is null);
    }

    public Task LoggedAsync(params string[] parts) => Logs.LoggedAsync(parts);

    /// <summary>A client for S3 with other credentials than the account's.</summary>
    public AmazonS3Client CreateS3Client(string accessKeyId, string secretAccessKey) => Track(new AmazonS3Client(
        new BasicAWSCredentials(accessKeyId, secretAccessKey),
        new AmazonS3Config
        {
            ServiceURL = Server.Endpoint.ToString(),
            ForcePathStyle = true,
            AuthenticationRegion = Options.Region,
            UseHttp = true,
            MaxErrorRetry = 0,
        }));

    /// <summary>Creates a bucket of a name of its own.</summary>
    public async Task<string> CreateBucketAsync()
    {
        var name = "bucket-" + Guid.NewGuid().ToString("N");
        await S3.PutBucketAsync(name, Cancelled);
        return name;
    }

    public string QueueArn(string name) => $"arn:aws:sqs:{Options.Region}:{Options.AccountId}:{name}";

    public string FunctionArn(string name) => $"arn:aws:lambda:{Options.Region}:{Options.AccountId}:function:{name}";

    public string TopicArn(string name) => $"arn:aws:sns:{Options.Region}:{Options.AccountId}:{name}";

    public async Task<string> CreateQueueAsync(string name, params (string Principal, string SourceArn)[] senders)
    {
        var statements = senders.Select(sender => Statement(sender.Principal, "sqs:SendMessage", QueueArn(name), sender.SourceArn));
        var attributes = senders.Length == 0 ? [] : new Dictionary<string, string> { ["Policy"] = Policy([.. statements]) };
        return (await Sqs.CreateQueueAsync(new CreateQueueRequest { QueueName = name, Attributes = attributes }, Cancelled)).QueueUrl;
    }

    public async Task<string> CreateFifoQueueAsync(string name, params (string Name, string Value)[] attributes) =>
        (
            await Sqs.CreateQueueAsync(
                new CreateQueueRequest
                {
                    QueueName = name,
                    Attributes = attributes.Append(("FifoQueue", "true")).ToDictionary(pair => pair.Item1, pair => pair.Item2),
                },
                Cancelled)
        ).QueueUrl;

    public Task<SendMessageResponse> SendFifoAsync(string queueUrl, string group, string body, string? deduplicationId = null) =>
        Sqs.SendMessageAsync(
            new SendMessageRequest
            {
                QueueUrl = queueUrl,
                MessageBody = body,
                MessageGroupId = group,
                MessageDeduplicationId = deduplicationId,
            },
            Cancelled);

    public static string Policy(params JsonNode[] statements) =>
        new JsonObject { ["Version"] = "2012-10-17", ["Statement"] = new JsonArray(statements) }.ToJsonString();

    public static JsonNode Statement(string principal, string action, string resource, string sourceArn) =>
        new JsonObject
        {
            ["Effect"] = "Allow",
            ["Principal"] = new JsonObject { ["Service"] = principal },
            ["Action"] = action,
            ["Resource"] = resource,
            ["Condition"] = new JsonObject { ["ArnEquals"] = new JsonObject { ["aws:SourceArn"] = sourceArn } },
        };

    public async Task<Message> ReceiveAsync(string queueUrl)
    {
        Message? message = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                var response = await Sqs.ReceiveMessageAsync(
                    new ReceiveMessageRequest
                    {
                        QueueUrl = queueUrl,
                        WaitTimeSeconds = 5,
                        MessageAttributeNames = ["All"],
                        MessageSystemAttributeNames = ["All"],
                    },
                    Cancelled);
                message = response.Messages?.FirstOrDefault();
                return message is not null;
            },
            () => $"a message in {queueUrl}; log:\n{string.Join('\n', Logs.All)}");
        await Sqs.DeleteMessageAsync(queueUrl, message!.ReceiptHandle, Cancelled);
        return message;
    }

    /// <summary>Calls SNS and expects success.</summary>
    public async Task<XElement> SnsAsync(string action, params (string Name, string Value)[] parameters)
    {
        var (status, body) = await TrySnsAsync(action, parameters);
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        return body;
    }

    public async Task<(HttpStatusCode Status, XElement Body)> TrySnsAsync(string action, params (string Name, string Value)[] parameters) =>
        await QueryAsync(SnsHttp, action, parameters);

    public static async Task<(HttpStatusCode Status, XElement Body)> QueryAsync(
        HttpClient client,
        string action,
        params (string Name, string Value)[] parameters)
    {
        var form = parameters
            .Append(("Action", action))
            .Append(("Version", "2010-03-31"))
            .Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2));
        using var content = new FormUrlEncodedContent(form);
        using var response = await client.PostAsync("/", content, Cancelled);
        var xml = XElement.Parse(await response.Content.ReadAsStringAsync(Cancelled));
        foreach (var element in xml.DescendantsAndSelf())
        {
            element.Name = element.Name.LocalName;
            element.Attributes().Where(attribute => attribute.IsNamespaceDeclaration).Remove();
        }

        return (response.StatusCode, xml);
    }

    public async Task<string> CreateTopicAsync(string name) =>
        (await SnsAsync("CreateTopic", ("Name", name))).Descendants("TopicArn").Single().Value;

    public async Task<string> SubscribeAsync(
        string topicArn,
        string protocol,
        string endpoint,
        params (string Name, string Value)[] attributes)
    {
        var parameters = new List<(string, string)>
        {
            ("TopicArn", topicArn),
            ("Protocol", protocol),
            ("Endpoint", endpoint),
            ("ReturnSubscriptionArn", "true"),
        };
        parameters.AddRange(
            attributes.SelectMany(
                (attribute, index) =>
                    new[]
                    {
                        ($"Attributes.entry.{index + 1}.key", attribute.Name),
                        ($"Attributes.entry.{index + 1}.value", attribute.Value),
                    }));
        return (await SnsAsync("Subscribe", [.. parameters])).Descendants("SubscriptionArn").Single().Value;
    }

    public async Task<string> PublishAsync(string topicArn, string message, params (string Name, string Value)[] parameters) =>
        (await SnsAsync("Publish", [("TopicArn", topicArn), ("Message", message), .. parameters])).Descendants("MessageId").Single().Value;

    /// <summary>Calls Lambda.</summary>
    public async Task<(HttpResponseMessage Response, string Body)> LambdaAsync(
        HttpMethod method,
        string path,
        string? body = null,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        var response = await LambdaHttp.SendAsync(request, Cancelled);
        return (response, await response.Content.ReadAsStringAsync(Cancelled));
    }

    public async Task AddPermissionAsync(string function, string sourceArn)
    {
        var (response, body) = await LambdaAsync(
            HttpMethod.Post,
            $"/2015-03-31/functions/{function}/policy",
            new JsonObject
            {
                ["StatementId"] = "sns",
                ["Action"] = "lambda:InvokeFunction",
                ["Principal"] = "sns.amazonaws.com",
                ["SourceArn"] = sourceArn,
            }.ToJsonString());
        Assert.True(response.StatusCode == HttpStatusCode.Created, body);
    }

    /// <summary>A client of a function's Runtime API.</summary>
    public RuntimeClient Runtime(string function) => new(Http, RuntimePathOf(function));

    /// <summary>Where a function's Runtime API is on this port; without the secret where nobody registered it.</summary>
    public string RuntimePathOf(string function) =>
        Options.Functions.FirstOrDefault(registered => registered.Name == function) is { } found
            ? $"{function}/{found.RuntimeSecret}"
            : function;

    /// <summary>Stops it and starts another one on the same folder.</summary>
    public async Task<LocalAwsInstance> RestartAsync(TimeProvider? time = null)
    {
        await StopAsync();
        return await StartAsync(
            options =>
            {
                foreach (var function in Options.Functions)
                {
                    options.Functions.Add(function);
                }
            },
            Options.DataDirectory,
            time);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_ownsFolder)
        {
            Directory.Delete(Options.DataDirectory, recursive: true);
        }
    }

    private async Task StopAsync()
    {
        _clients.ForEach(client => client.Dispose());
        _clients.Clear();
        await Server.DisposeAsync();
    }

    private T Track<T>(T client)
        where T : IDisposable
    {
        _clients.Add(client);
        return client;
    }

    private HttpClient Signed(string service) =>
        new(new SigningHandler(service, Options.AccessKeyId, Options.SecretAccessKey, Options.Region)) { BaseAddress = Server.Endpoint };
}
