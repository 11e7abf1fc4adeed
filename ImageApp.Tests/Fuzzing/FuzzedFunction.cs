using System.Globalization;
using Amazon.S3.Model;
using ImageApp.Core.Catalogue;
using ImageApp.LocalAws.Lambda;
using ImageApp.Tests.Database;
using ImageApp.Tests.Functions;
using MySqlConnector;
using FunctionProcess = ImageApp.Tests.Functions.FunctionProcess;

namespace ImageApp.Tests.Fuzzing;

/// <summary>
/// The thumbnail function as the process it is, on a local AWS that starts another one when it is gone, as Lambda does; and what each
/// decode took of it.
/// </summary>
internal sealed class FuzzedFunction : IAsyncDisposable
{
    private const string Name = "ThumbnailFunction";
    private const double TicksPerSecond = 100;
    private readonly SemaphoreSlim _starting = new(1);
    private readonly List<KeyValuePair<string, string>> _environment;
    private readonly MySqlDataSource _database;
    private LocalAwsInstance _aws = null!;
    private FunctionProcess? _process;

    private FuzzedFunction(MySqlDataSource database, IEnumerable<(string Name, string Value)> settings)
    {
        _database = database;
        Catalogue = new StepResults(database);
        _environment =
        [
            new("ConnectionStrings__imagedb", database.ConnectionString), new("AWS__Resources__BucketName", FunctionPipeline.Bucket),
            .. settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)),
        ];
    }

    /// <summary>How many processes there have been.</summary>
    public int Starts { get; private set; }

    /// <summary>The present process's id.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>What the present process wrote.</summary>
    public string Log => string.Join('\n', _process?.Output.TakeLast(20) ?? []);

    /// <summary>The rows of the pictures.</summary>
    public StepResults Catalogue { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<FuzzedFunction> StartAsync(DatabaseServer server, params (string Name, string Value)[] settings)
    {
        var function = new FuzzedFunction(await server.CreateCatalogueAsync(), settings);
        function._aws = await LocalAwsInstance.StartAsync(options => options.Functions.Add(new FunctionRegistration(Name)
        {
            MemorySize = 2048, // more than AWS has: what it takes is measured here, and not ended
            StartupTime = TimeSpan.FromSeconds(60),
            RestartAsync = function.RestartAsync,
        }));
        await function._aws.S3.PutBucketAsync(FunctionPipeline.Bucket, Cancel);
        await function.RestartAsync(Cancel);
        return function;
    }

    /// <summary>Has a file decoded.</summary>
    public async Task<FuzzedDecode> DecodeAsync(string key, byte[] content)
    {
        await _aws.S3.PutObjectAsync(
            new PutObjectRequest { BucketName = FunctionPipeline.Bucket, Key = key, InputStream = new MemoryStream(content) }, Cancel);
        var process = _process!;
        var before = Forget(process);
        var (response, answer) = await _aws.LambdaAsync(
            HttpMethod.Post, $"/2015-03-31/functions/{Name}/invocations", FunctionPipeline.Event(key));
        var after = Look(process) is { Peak: > 0 } looked ? looked : before;
        var image = await Catalogue.FindAsync(key, Cancel);
        return new FuzzedDecode(
            response.Headers.Contains("X-Amz-Function-Error") ? answer : null,
            image,
            after.Peak - before.Peak,
            after.Seconds - before.Seconds);
    }

    /// <summary>Waits for the end of a process.</summary>
    public async Task<bool> HasEndedAsync(int id)
    {
        await Eventually.HoldsAsync(
            () => Task.FromResult(_process is not { } present || present.Id != id || present.HasExited),
            () => $"Process {id} is there: {Log}");
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        await _aws.DisposeAsync();
        await _database.DisposeAsync();
        _starting.Dispose();
    }

    private async Task RestartAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_process is not null)
            {
                await _process.DisposeAsync();
            }

            _process = FunctionProcess.Start(Name, FunctionProcess.Built("ImageApp.ThumbnailFunction"), _aws, _environment);
            Starts++;
        }
        finally
        {
            _starting.Release();
        }
    }

    // proc(5): 5 in clear_refs takes the peak back to what there is now.
    private static (long Peak, double Seconds) Forget(FunctionProcess process)
    {
        try
        {
            File.WriteAllText($"/proc/{process.Id}/clear_refs", "5");
        }
        catch (IOException)
        {
            // It has just ended, and the next one is started with the invocation.
            return default;
        }

        return Look(process);
    }

    private static (long Peak, double Seconds) Look(FunctionProcess process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
            var peak = long.Parse(
                line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;

            // The name in the second field may have spaces; utime and stime are the twelfth and thirteenth behind it.
            var fields = File.ReadAllText($"/proc/{process.Id}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
            return (peak, ticks / TicksPerSecond);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return default;
        }
    }
}
