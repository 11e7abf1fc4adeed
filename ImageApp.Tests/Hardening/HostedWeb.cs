using Amazon.S3;
using ImageApp.Tests.Browser;
using ImageApp.Web.Hosting;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ImageApp.Tests.Hardening;

/// <summary>The web application in this process, on a port, a database and a bucket of a test's own, so that its routes and its log can be
/// seen.</summary>
internal sealed class HostedWeb : WebApplicationFactory<App>
{
    private readonly string _connection;
    private readonly IAmazonS3 _s3;
    private readonly (string Name, string Value)[] _settings;

    private HostedWeb(string connection, IAmazonS3 s3, (string Name, string Value)[] settings)
    {
        _connection = connection;
        _s3 = s3;
        _settings = settings;
        UseKestrel(0);
    }

    /// <summary>What it logs.</summary>
    public CollectedLogs Logs { get; } = new();

    /// <summary>Starts it, with settings of the test's own.</summary>
    public static async Task<HostedWeb> StartAsync(string connection, LocalAwsInstance aws, params (string Name, string Value)[] settings)
    {
        if ((await aws.S3.ListBucketsAsync(TestContext.Current.CancellationToken)).Buckets is null or [])
        {
            await aws.S3.PutBucketAsync(WebProcess.Bucket, TestContext.Current.CancellationToken);
        }

        var web = new HostedWeb(connection, aws.S3, settings);
        web.StartServer();
        return web;
    }

    /// <summary>A client that follows no redirects and keeps no cookies.</summary>
    public new HttpClient CreateClient()
    {
        var address = Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(address) };
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("ConnectionStrings:imagedb", _connection).UseSetting("AWS:Resources:BucketName", WebProcess.Bucket);
        foreach (var (name, value) in _settings)
        {
            builder.UseSetting(name, value);
        }

        builder.ConfigureLogging(logging => logging.AddProvider(Logs));
        builder.ConfigureTestServices(services => services.AddSingleton(_s3));
    }
}
