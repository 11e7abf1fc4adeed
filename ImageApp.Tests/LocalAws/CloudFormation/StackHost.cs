using ImageApp.LocalAws;
using ImageApp.LocalAws.CloudFormation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ImageApp.Tests.LocalAws.CloudFormation;

/// <summary>A local AWS on a free port, in a folder of its own, that also has files and folders as resource types.</summary>
internal sealed class StackHost : IAsyncDisposable
{
    private readonly LocalAwsServer _server;
    private readonly bool _ownsFolder;

    private StackHost(LocalAwsServer server, LocalAwsOptions options, FileHandler files, StackLog log, bool ownsFolder)
    {
        _server = server;
        Options = options;
        Files = files;
        Log = log;
        _ownsFolder = ownsFolder;
        Client = new CloudFormationClient(server.Endpoint, options);
    }

    public LocalAwsOptions Options { get; }

    public Uri Endpoint => _server.Endpoint;

    public IServiceProvider Services => _server.Services;

    public FileHandler Files { get; }

    public StackLog Log { get; }

    public CloudFormationClient Client { get; }

    /// <summary>Where tests let their resources be made.</summary>
    public string Workspace => Directory.CreateDirectory(Path.Combine(Options.DataDirectory, "workspace")).FullName;

    public static async Task<StackHost> StartAsync(string? folder = null, Action<LocalAwsOptions>? configure = null)
    {
        var options = new LocalAwsOptions
        {
            Port = 0,
            DataDirectory = folder ?? Directory.CreateTempSubdirectory("cloudformation-").FullName,
            AsynchronousRetryDelay = TimeSpan.FromMilliseconds(20),
        };
        configure?.Invoke(options);
        var files = new FileHandler();
        var log = new StackLog();
        var server = await LocalAwsServer.StartAsync(
            options,
            builder =>
            {
                builder.Services.AddSingleton<IResourceTypeHandler>(files);
                builder.Services.AddSingleton<IResourceTypeHandler, FolderHandler>();
                builder.Logging.ClearProviders().AddProvider(log);
            },
            TestContext.Current.CancellationToken);
        return new StackHost(server, options, files, log, ownsFolder: folder is null);
    }

    /// <summary>What a kill -9 at this moment would leave on disk.</summary>
    public string Crash()
    {
        var copy = Directory.CreateTempSubdirectory("cloudformation-crashed-").FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Options.DataDirectory, "cloudformation"), "*.json", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(Options.DataDirectory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        if (_ownsFolder)
        {
            Directory.Delete(Options.DataDirectory, recursive: true);
        }
    }
}
