using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ImageApp.Tests.Support;

/// <summary>AWS's own command line, against a local AWS.</summary>
internal static class AwsCommandLine
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Runs a command and expects success; skips the test where the program is not installed.</summary>
    public static async Task<JsonObject> AwsCliAsync(this LocalAwsInstance aws, params string[] arguments)
    {
        var (exitCode, output, errors) = await aws.TryAwsCliAsync(arguments);
        Assert.True(exitCode == 0, errors);
        return output.Length == 0 ? [] : JsonNode.Parse(output)!.AsObject();
    }

    /// <summary>Runs a command; skips the test where the program is not installed.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> TryAwsCliAsync(
        this LocalAwsInstance aws,
        params string[] arguments)
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Select(folder => Path.Combine(folder, "aws"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "The AWS CLI is not installed.");
        var start = new ProcessStartInfo(
            program,
            ["--endpoint-url", aws.Server.Endpoint.ToString(), "--output", "json", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["AWS_ACCESS_KEY_ID"] = aws.Options.AccessKeyId,
                ["AWS_SECRET_ACCESS_KEY"] = aws.Options.SecretAccessKey,
                ["AWS_DEFAULT_REGION"] = aws.Options.Region,
                ["AWS_CONFIG_FILE"] = "/dev/null",
                ["AWS_PAGER"] = "",
            },
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(Cancelled);
        var output = await process.StandardOutput.ReadToEndAsync(Cancelled);
        await process.WaitForExitAsync(Cancelled);
        return (process.ExitCode, output, await errors);
    }
}
