using Aspire.Hosting;
using ImageApp.AppHost.Hosting.Start;
using Microsoft.Extensions.Configuration;

namespace ImageApp.Tests.AppHost;

/// <summary>The keys by which the dashboard knows the processes of a run.</summary>
public sealed class SteadyKeysTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imageapp-keys-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_another_AppHost_writes_into_the_user_secrets_does_not_reach_a_running_one()
    {
        var secrets = Path.Combine(_folder.FullName, "secrets.json");
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
        var configuration = builder.Configuration;
        Write("ours");
        configuration.AddJsonFile(secrets, optional: false);
        Assert.Equal("ours", configuration["AppHost:OtlpApiKey"]);
        builder.WithSteadyKeys();

        Write("theirs");
        ((IConfigurationRoot)configuration).Reload();
        Assert.Equal("theirs", configuration["AppHost:Other"]);
        Assert.Equal("ours", configuration["AppHost:OtlpApiKey"]);
        Assert.Equal("ours", configuration["AppHost:DashboardApiKey"]);

        void Write(string key) =>
            File.WriteAllText(
                secrets,
                $$"""{"AppHost:OtlpApiKey":"{{key}}","AppHost:DashboardApiKey":"{{key}}","AppHost:Other":"{{key}}"}""");
    }
}
