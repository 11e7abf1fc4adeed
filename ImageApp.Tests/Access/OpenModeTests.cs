using System.Diagnostics;

namespace ImageApp.Tests.Access;

/// <summary>A gallery without sign-in starts only where nobody else can reach it.</summary>
public sealed class OpenModeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://+:{0}")]
    [InlineData("http://0.0.0.0:{0}")]
    [InlineData("http://[::]:{0}")]
    [InlineData("http://gallery.example:{0}")]
    [InlineData("http://localhost:{0};http://*:{1}")]
    public async Task It_does_not_start_on_an_address_that_others_reach(string urls)
    {
        var (first, second) = (FreePort.Next(), FreePort.Next());
        var output = await FailAsync(new()
        {
            ["ASPNETCORE_URLS"] = string.Format(System.Globalization.CultureInfo.InvariantCulture, urls, first, second),
        });
        Assert.Contains("makes everybody who reaches the gallery its owner", output, StringComparison.Ordinal);
        Assert.Contains("ASPNETCORE_URLS=http://localhost:5000", output, StringComparison.Ordinal);
        Assert.Contains("public-read or private", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_does_not_start_on_an_endpoint_that_another_setting_opens()
    {
        Assert.Contains(
            "makes everybody who reaches the gallery its owner",
            await FailAsync(new() { ["Kestrel__Endpoints__Any__Url"] = $"http://0.0.0.0:{FreePort.Next()}" }),
            StringComparison.Ordinal);
        Assert.Contains(
            "makes everybody who reaches the gallery its owner",
            await FailAsync(new() { ["ASPNETCORE_HTTP_PORTS"] = $"{FreePort.Next()}" }),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Access__Mode", "closed", "open, public-read and private")]
    [InlineData("Access__Mode", "private", "Access:PublicAddress is missing")]
    public async Task A_wrong_setting_ends_the_start_and_is_named(string name, string value, string words) =>
        Assert.Contains(
            words,
            await FailAsync(new() { [name] = value, ["ASPNETCORE_URLS"] = $"http://localhost:{FreePort.Next()}" }),
            StringComparison.Ordinal);

    private static async Task<string> FailAsync(Dictionary<string, string> settings)
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var program = Path.Combine(RepositoryRoot.Path, "ImageApp.Web/bin", configuration, "net10.0/ImageApp.Web.dll");
        var start = new ProcessStartInfo("dotnet", [program])
        {
            WorkingDirectory = Path.Combine(RepositoryRoot.Path, "ImageApp.Web"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["ConnectionStrings__imagedb"] = $"Server=127.0.0.1;Port={FreePort.Next()};User ID=x;Database=x;ConnectionTimeout=1",
                ["AWS__Resources__BucketName"] = "pictures",
                ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9",
                ["AWS_REGION"] = "us-east-1",
            },
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("ASPNETCORE_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(Cancel);
            var error = process.StandardError.ReadToEndAsync(Cancel);
            await process.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromMinutes(1), Cancel);
            Assert.NotEqual(0, process.ExitCode);
            return await output + await error;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
