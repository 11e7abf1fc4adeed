using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using ImageApp.Tests.AppHost;
using ImageApp.Tests.Application;

namespace ImageApp.Tests.Faults;

/// <summary>
/// The whole application from its AppHost, before a bucket and a model that can be away, with everything that was ever accepted by it.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class FaultedGallery : IAsyncLifetime
{
    /// <summary>The database server's program, under whichever of its two names.</summary>
    public const string Database = "mysqld";

    private const int Workers = 3;
    private readonly string _folder = Directory.CreateTempSubdirectory("imageapp-faults-").FullName;
    private readonly int _port = FreePort.Next();
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly ConcurrentDictionary<string, Process> _restarted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<long, (string Name, byte[] Hash)> _accepted = new();
    private AppHostProcess _host = null!;
    private int _refused;
    private int _width = 60;

    internal StorageProxy Storage { get; private set; } = null!;

    internal CountingModel Model { get; private set; } = null!;

    /// <summary>A client of the web app's process itself: the orchestrator's proxy before it leads only to processes of its own.</summary>
    internal HttpClient Web { get; private set; } = null!;

    /// <summary>The bucket itself.</summary>
    internal AmazonS3Client S3 { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var aws = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{_port}"));
        Storage = await StorageProxy.StartAsync(aws);
        Model = await CountingModel.StartAsync();
        S3 = new AmazonS3Client(
            new BasicAWSCredentials("local", "local-secret"),
            new AmazonS3Config { ServiceURL = aws.ToString(), ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
        await StartHostAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Web?.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        foreach (var process in _restarted.Values)
        {
            await EndAsync(process);
        }

        S3?.Dispose();
        await Storage.DisposeAsync();
        await Model.DisposeAsync();
        _oneAtATime.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Uploads pictures while a fault is there, and looks at what became of them.</summary>
    /// <param name="fault">The fault's name.</param>
    /// <param name="uploads">How many pictures.</param>
    /// <param name="inject">Brings the fault about, told how many pictures are accepted by now.</param>
    /// <returns>What became of them.</returns>
    internal async Task<FaultResult> RunAsync(string fault, int uploads, Func<Func<int>, Task<int>> inject)
    {
        var (before, refused, again) = (_accepted.Count, _refused, Model.Again);
        var names = new ConcurrentQueue<string>(Enumerable.Range(0, uploads).Select(number => $"{fault} {number}.jpg"));
        var injecting = Task.Run(() => inject(() => _accepted.Count - before), Cancel);
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => UploadAllAsync(names)));
        var injected = await injecting;
        var ended = Stopwatch.StartNew();
        var unfinished = await FinishedAsync();
        var recovery = ended.Elapsed;
        var (lost, doubled) = await CompareAsync();
        return new FaultResult(
            fault,
            injected,
            _accepted.Count - before,
            _refused - refused,
            Math.Max(lost, unfinished),
            doubled,
            Model.Again - again,
            recovery);
    }

    /// <summary>Uploads one picture, as often as it takes until it is accepted.</summary>
    /// <returns>Its id.</returns>
    internal async Task<long> UploadAsync(string name)
    {
        var width = Interlocked.Increment(ref _width);
        var content = TestImages.Jpeg(width, 50 + (width % 7));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(FaultSettings.Patience);
        while (true)
        {
            try
            {
                if (await (width % 2 == 0 ? SendAsync(name, content) : PutAsync(name, content, deadline.Token)) is { } id)
                {
                    _accepted[id] = (name, SHA256.HashData(content));
                    return id;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or ObjectDisposedException)
            {
                // Not answered: it is sent again, as the page does.
            }
            catch (OperationCanceledException) when (!deadline.IsCancellationRequested)
            {
                // The gallery was restarted.
            }

            Interlocked.Increment(ref _refused);
            await Task.Delay(200, deadline.Token);
        }
    }

    /// <summary>Forgets a picture that a test deletes.</summary>
    internal void Forget(long id) => _accepted.TryRemove(id, out _);

    /// <summary>The process of a resource.</summary>
    internal async Task<int> ProcessAsync(string program, int otherThan = 0)
    {
        var found = 0;
        await Support.Eventually.HoldsAsync(
            () =>
            {
                found = _restarted.TryGetValue(program, out var mine) && !mine.HasExited
                    ? mine.Id
                    : ProcessTree.Of(_host.Id)
                        .Where(process => IsOf(process.Value, program))
                        .Select(process => process.Key.Id)
                        .FirstOrDefault(id => id != otherThan);
                return Task.FromResult(found != 0 && found != otherThan);
            },
            () => $"{program} does not run; what does: {string.Join('\n', ProcessTree.Of(_host.Id).Values)}",
            FaultSettings.Patience);
        return found;
    }

    /// <summary>Kills a process, which whoever it belongs to starts again.</summary>
    internal async Task<int> KillAsync(string program, int otherThan = 0)
    {
        var id = await ProcessAsync(program, otherThan);
        using var process = Process.GetProcessById(id);
        process.Kill();
        await process.WaitForExitAsync(Cancel);
        return id;
    }

    /// <summary>Kills a process and starts it as it was, as systemd, an Auto Scaling group or RDS would.</summary>
    internal async Task KillAndStartAsync(string program)
    {
        await _oneAtATime.WaitAsync(Cancel);
        try
        {
            await StartAgainAsync(program);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task StartAgainAsync(string program)
    {
        var id = await ProcessAsync(program);
        var arguments = (await File.ReadAllTextAsync($"/proc/{id}/cmdline", Cancel)).TrimEnd('\0').Split('\0');
        var start = new ProcessStartInfo(new FileInfo($"/proc/{id}/exe").LinkTarget!, arguments.Skip(1))
        {
            WorkingDirectory = new FileInfo($"/proc/{id}/cwd").LinkTarget!,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in await VariablesAsync(id))
        {
            start.Environment[name] = value;
        }

        using (var process = Process.GetProcessById(id))
        {
            process.Kill();
            await process.WaitForExitAsync(Cancel);
        }

        var started = Process.Start(start)!;
        started.OutputDataReceived += (_, _) => { };
        started.ErrorDataReceived += (_, _) => { };
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        if (_restarted.TryRemove(program, out var former))
        {
            former.Dispose();
        }

        _restarted[program] = started;
    }

    /// <summary>Kills the AppHost, local AWS within it, and starts it again on the same files.</summary>
    internal async Task KillHostAsync()
    {
        await _host.KillAsync();
        foreach (var program in _restarted.Keys)
        {
            if (_restarted.TryRemove(program, out var process))
            {
                await EndAsync(process);
            }
        }

        Web.Dispose();
        await StartHostAsync();
    }

    /// <summary>Sends a signal to a resource's process.</summary>
    internal async Task SignalAsync(string program, string signal)
    {
        var id = await ProcessAsync(program);
        using var kill = Process.Start("kill", [$"-{signal}", id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Cancel);
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Publishes to the bucket's topic, as S3 does.</summary>
    internal async Task PublishAsync(string message)
    {
        using var sns = new HttpClient(new SigningHandler("sns", "local", "local-secret", "us-east-1"))
        {
            BaseAddress = new Uri(S3.Config.ServiceURL),
        };
        var (_, topics) = await LocalAwsInstance.QueryAsync(sns, "ListTopics");
        var topic = topics.Descendants("TopicArn").Single().Value;
        var (status, body) = await LocalAwsInstance.QueryAsync(sns, "Publish", ("TopicArn", topic), ("Message", message));
        Assert.True(status == HttpStatusCode.OK, body.ToString());
    }

    /// <summary>The bucket's name.</summary>
    internal async Task<string> BucketAsync() => (await S3.ListBucketsAsync(Cancel)).Buckets.Single().BucketName;

    /// <summary>Every row that is shown.</summary>
    internal async Task<List<JsonObject>> ListAsync()
    {
        var images = new List<JsonObject>();
        for (string? cursor = ""; cursor is not null;)
        {
            var from = cursor.Length > 0 ? $"&cursor={Uri.EscapeDataString(cursor)}" : "";
            var page = (await Web.GetFromJsonAsync<JsonObject>($"/api/images?limit=200{from}", Cancel))!;
            images.AddRange(page["images"]!.AsArray().Select(image => image!.AsObject()));
            cursor = (string?)page["nextCursor"];
        }

        return images;
    }

    private static bool IsOf(string commandLine, string program) =>
        commandLine.Split(' ')[0].Replace("mariadbd", Database, StringComparison.Ordinal).EndsWith(program, StringComparison.Ordinal)
        || commandLine.Contains($"/{program}.dll", StringComparison.Ordinal);

    private static async Task EndAsync(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static bool IsFinished(JsonObject image) =>
        image["thumbnailUrl"] is not null && !(bool)image["renditionsPending"]! && image["caption"] is not null;

    private async Task StartHostAsync()
    {
        _host = await AppHostProcess.StartAsync(
            _folder,
            [new("AWS_ENDPOINT_URL_S3", Storage.Address)],
            string.Create(CultureInfo.InvariantCulture, $"--LocalAws:Port={_port}"),
            "--Limits:Enabled=false",
            "--Reconciler:Interval=00:00:02",
            "--Reconciler:Quiet=00:00:10",
            "--Deletion:KeepFor=00:00:00",
            $"--Captioning:BaseUrl={Model.BaseUrl}",
            "--Captioning:Model=m-1",
            "--Captioning:Timeout=00:00:03",
            "--Captioning:MaxRetryAfter=00:00:00");
        var variables = await VariablesAsync(await ProcessAsync("ImageApp.Web"));
        Web = new HttpClient { BaseAddress = new Uri(variables["ASPNETCORE_URLS"].Split(';')[0]) };
    }

    private static async Task<Dictionary<string, string>> VariablesAsync(int process) =>
        (await File.ReadAllTextAsync($"/proc/{process}/environ", Cancel))
        .Split('\0', StringSplitOptions.RemoveEmptyEntries)
        .Select(variable => variable.Split('=', 2))
        .DistinctBy(parts => parts[0])
        .ToDictionary(parts => parts[0], parts => parts[^1]);

    private async Task UploadAllAsync(ConcurrentQueue<string> names)
    {
        while (names.TryDequeue(out var name))
        {
            await UploadAsync(name);
        }
    }

    // Through the web app. What is there already, since its answer was lost, is not taken twice.
    private async Task<long?> SendAsync(string name, byte[] content)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", name } };
        using var answer = await Web.PostAsync("/api/images?unique=true", form, Cancel);
        return answer.StatusCode switch
        {
            HttpStatusCode.Created => (long)(await JsonAsync(answer))["images"]![0]!["id"]!,
            HttpStatusCode.Conflict => Id(await JsonAsync(answer)),
            _ => null,
        };
    }

    // Straight into the bucket: a grant is put until it is known to be there.
    private async Task<long?> PutAsync(string name, byte[] content, CancellationToken deadline)
    {
        using var granted = await Web.PostAsJsonAsync(
            "/api/uploads",
            new
            {
                fileName = name,
                contentType = "image/jpeg",
                sizeBytes = content.Length,
                start = content[..Math.Min(content.Length, 4096)],
                sha256 = SHA256.HashData(content),
            },
            Cancel);
        if (granted.StatusCode == HttpStatusCode.Conflict)
        {
            return Id(await JsonAsync(granted));
        }

        if (granted.StatusCode != HttpStatusCode.Created)
        {
            return null;
        }

        var grant = await JsonAsync(granted);
        using var http = new HttpClient();
        for (var attempt = 0; attempt < 100; attempt++)
        {
            using var put = new HttpRequestMessage(HttpMethod.Put, (string)grant["url"]!) { Content = new ByteArrayContent(content) };
            foreach (var (header, value) in grant["headers"]!.AsObject())
            {
                if (!put.Headers.TryAddWithoutValidation(header, (string?)value))
                {
                    put.Content.Headers.TryAddWithoutValidation(header, (string?)value);
                }
            }

            try
            {
                using var answer = await http.SendAsync(put, deadline);
                if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.PreconditionFailed)
                {
                    return (long)grant["id"]!;
                }
            }
            catch (HttpRequestException)
            {
                // The bucket is away.
            }

            Interlocked.Increment(ref _refused);
            await Task.Delay(300, deadline);
        }

        return null;
    }

    private static async Task<JsonObject> JsonAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;

    private static long? Id(JsonObject problem) =>
        long.TryParse((string?)problem["id"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    // Until everything that was accepted has a thumbnail and a caption.
    private async Task<int> FinishedAsync()
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            var finished = (await ListAsync()).Where(IsFinished).Select(image => (long)image["id"]!).ToHashSet();
            var left = _accepted.Keys.Count(id => !finished.Contains(id));
            if (left == 0 || waiting.Elapsed > FaultSettings.Patience)
            {
                return left;
            }

            await Task.Delay(200, Cancel);
        }
    }

    private async Task<(int Lost, int Doubled)> CompareAsync()
    {
        var rows = await ListAsync();
        var byId = rows.ToDictionary(image => (long)image["id"]!);
        var lost = 0;
        foreach (var (id, (name, hash)) in _accepted)
        {
            var isWhole = byId.TryGetValue(id, out var image)
                && IsFinished(image)
                && (string?)image["fileName"] == name
                && SHA256.HashData(await Web.GetByteArrayAsync((string?)image["originalUrl"], Cancel)).SequenceEqual(hash)
                && (await Web.GetByteArrayAsync((string?)image["thumbnailUrl"], Cancel)).Length > 0;
            lost += isWhole ? 0 : 1;
        }

        var doubled = rows.GroupBy(image => (string?)image["fileName"]).Sum(group => group.Count() - 1);

        // Nothing is in the bucket but what the catalogue knows.
        var bucket = await BucketAsync();
        List<string> left = [];
        await Support.Eventually.HoldsAsync(
            async () =>
            {
                var known = (await ListAsync()).Select(image => (string?)image["key"]).ToHashSet();
                var keys = new List<string>();
                await foreach (var item in S3.Paginators
                    .ListObjectsV2(new ListObjectsV2Request { BucketName = bucket, Prefix = "images/" }).S3Objects.WithCancellation(Cancel))
                {
                    keys.Add(item.Key);
                }

                left = [.. keys.Where(key => !known.Contains(key))];
                return left.Count == 0;
            },
            () => $"Objects without a row: {string.Join(", ", left)}",
            FaultSettings.Patience);
        return (lost, doubled);
    }
}
