using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using ImageApp.Tests.Application;
using Microsoft.Extensions.DependencyInjection;

[assembly: AssemblyFixture(typeof(RunningApplication))]

namespace ImageApp.Tests.Application;

/// <summary>The whole application, started once from its AppHost's model: real dcp, dashboard, MariaDB, local AWS, functions and web, on
/// ports and in folders of its own.</summary>
public sealed class RunningApplication : IAsyncLifetime
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(3);
    private readonly string _folder = Directory.CreateTempSubdirectory("imageapp-app-").FullName;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private DistributedApplication? _application;

    public HttpClient Web { get; private set; } = null!;

    public ResourceNotificationService Resources => _application!.ResourceNotifications;

    public ResourceCommandService Commands => _application!.ResourceCommands;

    /// <summary>What resources write, as the dashboard shows it.</summary>
    public ResourceLoggerService Logs => _application!.Services.GetRequiredService<ResourceLoggerService>();

    /// <summary>Aspire's dashboard.</summary>
    public Uri Dashboard { get; private set; } = null!;

    /// <summary>The address that logs a browser in to the dashboard, as it is printed at start.</summary>
    public Uri DashboardLogin { get; private set; } = null!;

    /// <summary>A client of the dashboard's own API.</summary>
    public HttpClient DashboardApi { get; private set; } = null!;

    public string BucketName { get; private set; } = "";

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Starts it with the first test that needs it.</summary>
    public async Task<RunningApplication> StartAsync()
    {
        await _gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (_application is null)
            {
                await StartNowAsync();
            }
        }
        finally
        {
            _gate.Release();
        }

        return this;
    }

    public AmazonS3Client CreateS3Client() =>
        new(
            new BasicAWSCredentials("local", "local-secret"),
            new AmazonS3Config
            {
                ServiceURL = Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL"),
                AuthenticationRegion = "us-east-1",
                ForcePathStyle = true,
            }
        );

    /// <summary>The environment variables that a process was started with; of one of its processes where it has several.</summary>
    public async Task<Dictionary<string, string?>> VariablesAsync(string resource) =>
        (await ProcessAsync(resource)).Snapshot.EnvironmentVariables.ToDictionary(variable => variable.Name, variable => variable.Value);

    /// <summary>A process of a resource, as the dashboard knows it; one of them where it has several.</summary>
    public async Task<ResourceEvent> ProcessAsync(string resource)
    {
        await foreach (var change in Resources.WatchAsync(TestContext.Current.CancellationToken))
        {
            // What another test ended may still be told of.
            if (
                change.Resource.Name == resource
                && change.Snapshot.EnvironmentVariables.Length > 0
                && change.Snapshot.State?.Text == KnownResourceStates.Running
                && Directory.Exists($"/proc/{ProcessId(change)}")
            )
            {
                return change;
            }
        }

        throw new InvalidOperationException("The application ended.");
    }

    /// <summary>The process that runs a resource.</summary>
    public static int ProcessId(ResourceEvent process) =>
        Convert.ToInt32(
            process.Snapshot.Properties.First(property => property.Name == "executable.pid").Value,
            System.Globalization.CultureInfo.InvariantCulture
        );

    /// <summary>Asks for an image until something is true of it.</summary>
    public async Task<JsonObject> WaitForImageAsync(long id, Func<JsonObject, bool> until)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var image = (await Web.GetFromJsonAsync<JsonObject>($"/api/images/{id}", deadline.Token))!;
            if (until(image))
            {
                return image;
            }

            await Task.Delay(50, deadline.Token);
        }
    }

    /// <summary>Asks for the image of a key until there is one and something is true of it.</summary>
    public async Task<JsonObject> WaitForKeyAsync(string key, Func<JsonObject, bool> until)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var page = (await Web.GetFromJsonAsync<JsonObject>("/api/images?limit=200", deadline.Token))!;
            if (
                page["images"]!.AsArray().OfType<JsonObject>().FirstOrDefault(image => (string?)image["key"] == key) is { } found
                && until(found)
            )
            {
                return found;
            }

            await Task.Delay(100, deadline.Token);
        }
    }

    public static bool IsFinished(JsonObject image) =>
        (image["thumbnailUrl"] is not null || image["thumbnailError"] is not null)
        && image["renditionsPending"]?.GetValue<bool>() != true
        && (image["caption"] is not null || image["captionError"] is not null);

    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
        {
            await _application.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartNowAsync()
    {
        using var deadline = new CancellationTokenSource(StartDeadline);
        var gallery = FreePort.Next();
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.ImageApp_AppHost>(
            [
                "--LocalAws:Port=0",
                $"--LocalAws:DataDirectory={_folder}/aws",
                $"--LocalMySql:DataDirectory={_folder}/mysql",
                // Local AWS starts before the dashboard, so it must know where the dashboard will take telemetry.
                "--DcpPublisher:RandomizePorts=false",
                $"--Gallery:Port={gallery}",
                $"--ASPNETCORE_URLS=http://localhost:{FreePort.Next()}",
                $"--ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=http://localhost:{FreePort.Next()}",
                "--ASPIRE_ALLOW_UNSECURED_TRANSPORT=true",
                $"--Gallery:Origins=http://localhost:{gallery}",
                // All tests together are one address.
                "--Limits:Enabled=false",
                "--Gallery:Replicas=2",
                "--Logging:LogLevel:Default=Warning",
            ],
            (options, _) => options.DisableDashboard = false,
            deadline.Token
        );
        _application = await builder.BuildAsync(deadline.Token);
        await _application.StartAsync(deadline.Token);
        await _application.ResourceNotifications.WaitForResourceHealthyAsync("web", deadline.Token);
        await _application.ResourceNotifications.WaitForResourceHealthyAsync("ThumbnailFunction", deadline.Token);
        await _application.ResourceNotifications.WaitForResourceHealthyAsync("CaptionFunction", deadline.Token);
        Web = _application.CreateHttpClient("web");
        Dashboard = _application.GetEndpoint("aspire-dashboard", "http");
        DashboardLogin = new Uri(Dashboard, $"/login?t={builder.Configuration["AppHost:BrowserToken"]}");
        DashboardApi = new HttpClient
        {
            BaseAddress = Dashboard,
            DefaultRequestHeaders = { { "x-api-key", builder.Configuration["AppHost:DashboardApiKey"] } },
        };
        BucketName = (await VariablesAsync("web"))["AWS__Resources__BucketName"]!;
    }
}
