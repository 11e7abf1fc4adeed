using System.Globalization;

namespace ImageApp.Benchmarks.Processes;

/// <summary>
/// A gallery as it runs in production, on this machine: web tier, functions, database and local AWS in the place of S3, SNS and Lambda.
/// Both ImageApp and the documented application it replaces are run this way, each on its own database and bucket.
/// </summary>
internal sealed class RunningGallery : IAsyncDisposable
{
    private readonly List<MeasuredProcess> _functions = [];
    private IReadOnlyDictionary<string, string> _telemetry = new Dictionary<string, string>();
    private readonly Func<string, IReadOnlyList<string>> _function;

    private RunningGallery(
        DatabaseServer database,
        string connectionString,
        LocalAwsProcess aws,
        Func<string, IReadOnlyList<string>> function)
    {
        (Database, ConnectionString, Aws, _function) = (database, connectionString, aws, function);
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(FormattableString.Invariant($"http://127.0.0.1:{FreePort.Next()}")),
        };
    }

    /// <summary>Its database server.</summary>
    public DatabaseServer Database { get; }

    /// <summary>Its database.</summary>
    public string ConnectionString { get; }

    /// <summary>Its S3, SNS and Lambda.</summary>
    public LocalAwsProcess Aws { get; }

    /// <summary>A client of its web tier.</summary>
    public HttpClient Http { get; }

    /// <summary>Its web tier's process.</summary>
    public MeasuredProcess Web { get; private set; } = null!;

    /// <summary>Its functions' processes.</summary>
    public IReadOnlyList<MeasuredProcess> Functions => _functions;

    /// <summary>Whether it is the documented application.</summary>
    public bool IsDocumented { get; private set; }

    /// <summary>Starts ImageApp without its functions.</summary>
    /// <param name="folder">Where its data are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="telemetry">What every process is told of where its traces go; null for nowhere.</param>
    public static async Task<RunningGallery> StartAsync(
        string folder, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? telemetry = null)
    {
        var gallery = await PrepareAsync(folder, Published.Function, telemetry, cancellationToken);
        await gallery.StartWebAsync(Published.Web, [new("ASPNETCORE_URLS", gallery.Http.BaseAddress!.ToString())], cancellationToken);
        return gallery;
    }

    /// <summary>
    /// Starts the documented application without its functions: Flask under gunicorn, with two workers of its usual kind.
    /// </summary>
    public static async Task<RunningGallery> StartDocumentedAsync(string folder, CancellationToken cancellationToken)
    {
        var gallery = await PrepareAsync(
            folder, name => [Peers.PythonPeer.Program, Peers.PythonPeer.PathOf("functions.py"), name], telemetry: null, cancellationToken);
        gallery.IsDocumented = true;
        await DatabaseServer.ExecuteAsync(
            gallery.ConnectionString,
            """
            CREATE TABLE captions (
                id INT AUTO_INCREMENT PRIMARY KEY, image_key VARCHAR(255) NOT NULL UNIQUE, caption TEXT NULL, thumbnail_key VARCHAR(255) NULL,
                uploaded_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, caption_generated_at TIMESTAMP NULL, thumbnail_generated_at TIMESTAMP NULL,
                KEY by_time (uploaded_at, id))
            """,
            cancellationToken);
        await gallery.StartWebAsync(
            [
                "/usr/bin/gunicorn", "--chdir", Path.GetDirectoryName(Peers.PythonPeer.PathOf("gallery.py"))!, "--workers", "2",
                "--bind", gallery.Http.BaseAddress!.Authority, "gallery:app",
            ],
            [],
            cancellationToken);
        return gallery;
    }

    /// <summary>Starts processes of a function.</summary>
    public void StartFunction(string name, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var program = _function(name);
            var environment = Environment();
            environment["AWS_LAMBDA_RUNTIME_API"] = Aws.RuntimeApiOf(name);
            environment["AWS_LAMBDA_FUNCTION_NAME"] = name;
            environment["OTEL_SERVICE_NAME"] = name;
            if (!IsDocumented)
            {
                environment["LD_LIBRARY_PATH"] = Published.Libraries;
            }

            _functions.Add(MeasuredProcess.Start(program[0], program.Skip(1), environment));
        }
    }

    /// <summary>Ends all processes of the functions.</summary>
    public async Task StopFunctionsAsync()
    {
        foreach (var function in _functions)
        {
            await function.DisposeAsync();
        }

        _functions.Clear();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await StopFunctionsAsync();
        if (Web is not null)
        {
            await Web.DisposeAsync();
        }

        await Aws.DisposeAsync();
        await Database.DisposeAsync();
    }

    private static async Task<RunningGallery> PrepareAsync(
        string folder,
        Func<string, IReadOnlyList<string>> function,
        IReadOnlyDictionary<string, string>? telemetry,
        CancellationToken cancellationToken)
    {
        var home = Directory.CreateDirectory(Path.Combine(folder, Guid.NewGuid().ToString("N"))).FullName;
        var database = await DatabaseServer.StartAsync(home, cancellationToken);
        var connectionString = await database.CreateAsync("imagedb", cancellationToken);
        var aws = await LocalAwsProcess.StartAsync(home, telemetry, cancellationToken);
        return new RunningGallery(database, connectionString, aws, function) { _telemetry = telemetry ?? new Dictionary<string, string>() };
    }

    private async Task StartWebAsync(
        IReadOnlyList<string> program,
        IEnumerable<KeyValuePair<string, string>> environment,
        CancellationToken cancellationToken)
    {
        // Where its static files are.
        var folder = program.Count == 1 ? Path.GetDirectoryName(program[0]) : Path.GetFullPath("ImageApp.Web");
        Web = MeasuredProcess.Start(program[0], program.Skip(1), Environment().Concat(environment), folder);
        await Web.UntilAsync(
            async () =>
            {
                try
                {
                    using var answer = await Http.GetAsync("/health", cancellationToken);
                    var text = await answer.Content.ReadAsStringAsync(cancellationToken);
                    return answer.IsSuccessStatusCode && !text.Contains("Degraded", StringComparison.Ordinal);
                }
                catch (HttpRequestException)
                {
                    // It does not listen yet.
                    return false;
                }
            },
            cancellationToken);
    }

    private Dictionary<string, string> Environment() => new(Aws.Environment.Concat(_telemetry), StringComparer.Ordinal)
    {
        ["ConnectionStrings__imagedb"] = ConnectionString,
        ["DATABASE_PORT"] = Database.Port.ToString(CultureInfo.InvariantCulture),
        ["Logging__LogLevel__Default"] = "Warning",
        ["OTEL_SERVICE_NAME"] = "web",

        // One address sends everything.
        ["Limits__Enabled"] = "false",
    };
}
