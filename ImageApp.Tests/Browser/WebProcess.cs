using System.Diagnostics;
using System.Globalization;

namespace ImageApp.Tests.Browser;

/// <summary>The web application alone, on a database and a bucket of a test's own.</summary>
internal sealed class WebProcess : IAsyncDisposable
{
    /// <summary>The bucket it uses.</summary>
    public const string Bucket = "pictures";

    private readonly Process _process;

    private WebProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
        Http = new HttpClient { BaseAddress = address };
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    /// <summary>Starts it, and waits until it, its database and its bucket are well.</summary>
    /// <param name="connection">The database.</param>
    /// <param name="bucketPort">Where the bucket is.</param>
    /// <param name="aws">Whose the bucket is.</param>
    /// <param name="settings">What else it is started with.</param>
    /// <param name="port">Its port; any that is free where it is not said.</param>
    public static async Task<WebProcess> StartAsync(
        string connection,
        int bucketPort,
        LocalAwsInstance aws,
        IReadOnlyDictionary<string, string>? settings = null,
        int? port = null
    )
    {
        var address = new Uri($"http://localhost:{port ?? FreePort.Next()}/");
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var program = Path.Combine(RepositoryRoot.Path, "ImageApp.Web/bin", configuration, "net10.0/ImageApp.Web.dll");
        var start = new ProcessStartInfo("dotnet", [program])
        {
            WorkingDirectory = Path.Combine(RepositoryRoot.Path, "ImageApp.Web"),
            RedirectStandardOutput = true,
            Environment =
            {
                ["ASPNETCORE_URLS"] = address.ToString(),
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["ConnectionStrings__imagedb"] = connection + ";ConnectionTimeout=3",
                ["AWS__Resources__BucketName"] = Bucket,
                ["AWS_ENDPOINT_URL"] = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{bucketPort}"),
                ["AWS_REGION"] = "us-east-1",
                ["AWS_ACCESS_KEY_ID"] = aws.Options.AccessKeyId,
                ["AWS_SECRET_ACCESS_KEY"] = aws.Options.SecretAccessKey,
            },
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var web = new WebProcess(process, address);
        try
        {
            await UntilAsync(async () =>
                (await web.Http.GetStringAsync("/health", TestContext.Current.CancellationToken))
                    .Contains("\"status\":\"Healthy\"", StringComparison.Ordinal));
            return web;
        }
        catch
        {
            await web.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks until something is true.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(60), "The condition did not come true.");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}
