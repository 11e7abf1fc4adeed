using System.Diagnostics;
using System.Text.Json.Nodes;
using ImageApp.LocalAws;

namespace ImageApp.Tests.Support;

/// <summary>The real AWS CLI, pointed at a local AWS.</summary>
internal sealed class AwsCli(LocalAwsInstance aws)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Runs a command and expects success.</summary>
    /// <returns>What it printed as JSON; null where it printed nothing.</returns>
    public async Task<JsonNode?> RunAsync(params string[] arguments)
    {
        var (exitCode, output, error) = await TryAsync(arguments);
        Assert.True(exitCode == 0, $"aws {string.Join(' ', arguments)}: {exitCode}\n{output}\n{error}");
        return output.TrimStart() is ['{' or '[' or '"', ..] ? JsonNode.Parse(output) : null;
    }

    /// <summary>Runs a command and expects an error.</summary>
    /// <returns>What it printed of the error.</returns>
    public async Task<string> RefusedAsync(params string[] arguments)
    {
        var (exitCode, output, error) = await TryAsync(arguments);
        Assert.True(exitCode != 0, $"aws {string.Join(' ', arguments)} succeeded:\n{output}");
        return error;
    }

    /// <summary>Runs a command.</summary>
    public async Task<(int ExitCode, string Output, string Error)> TryAsync(params string[] arguments)
    {
        var options = aws.Options;
        // Not every service's command looks at the variable, and a command that makes a client of a second service has no option for it.
        var start = new ProcessStartInfo("aws", ["--endpoint-url", aws.Server.Endpoint.ToString().TrimEnd('/'), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = options.DataDirectory,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("AWS_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in Environment(aws.Server, options))
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancelled);
        var error = process.StandardError.ReadToEndAsync(Cancelled);
        await process.WaitForExitAsync(Cancelled);
        return (process.ExitCode, await output, await error);
    }

    private static Dictionary<string, string> Environment(LocalAwsServer server, LocalAwsOptions options) => new()
    {
        ["AWS_ENDPOINT_URL"] = server.Endpoint.ToString().TrimEnd('/'),
        ["AWS_ACCESS_KEY_ID"] = options.AccessKeyId,
        ["AWS_SECRET_ACCESS_KEY"] = options.SecretAccessKey,
        ["AWS_DEFAULT_REGION"] = options.Region,
        ["AWS_DEFAULT_OUTPUT"] = "json",
        ["AWS_MAX_ATTEMPTS"] = "1",
        ["AWS_PAGER"] = "",
        ["AWS_CONFIG_FILE"] = "/dev/null",
        ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null",
    };
}
