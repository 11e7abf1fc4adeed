using System.Diagnostics;

namespace ImageApp.Tests.Data;

/// <summary>Programs of others, that say whether what we make is what it should be.</summary>
internal static class Tool
{
    /// <summary>Runs one to its end, and expects success.</summary>
    /// <returns>What it wrote.</returns>
    public static Task<string> RunAsync(string program, params IEnumerable<string> arguments) =>
        RunAsync(program, new Dictionary<string, string>(), arguments);

    /// <summary>Runs one to its end, and expects success.</summary>
    /// <returns>What it wrote.</returns>
    public static async Task<string> RunAsync(
        string program, IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments)
    {
        var (code, output) = await TryAsync(program, environment, arguments);
        Assert.True(code == 0, $"{program} ended with {code}: {output}");
        return output;
    }

    /// <summary>Runs one to its end.</summary>
    /// <returns>Its exit code, and what it wrote.</returns>
    public static async Task<(int Code, string Output)> TryAsync(
        string program, IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment.Remove("AWS_ENDPOINT_URL");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }
}
