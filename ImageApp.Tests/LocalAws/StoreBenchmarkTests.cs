using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ImageApp.Tests.LocalAws;

/// <summary>That <c>benchmarks/run local-aws</c> measures what it says; how fast it is, is not asked here.</summary>
public sealed partial class StoreBenchmarkTests
{
    [Fact]
    public async Task Every_store_takes_and_gives_objects_and_is_in_the_table_with_its_ratio()
    {
        var program = Path.Combine(
            RepositoryRoot.Path,
            "measure",
            "ImageApp.Benchmarks",
            "bin",
            "Debug",
            "net10.0",
            "ImageApp.Benchmarks.dll");
        var start = new ProcessStartInfo("dotnet", [program, "local-aws", "40", "1"])
        {
            WorkingDirectory = RepositoryRoot.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken)
                .WaitAsync(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, $"{await output}\n{await error}");
            var rows = Row().Matches(await output);
            Assert.Contains(rows, row => row.Groups["store"].Value.StartsWith("local AWS", StringComparison.Ordinal));
            Assert.Contains(rows, row => row.Groups["store"].Value == "s3rver");
            Assert.All(
                rows.SelectMany(row => row.Groups["number"].Captures),
                number => Assert.True(double.Parse(number.Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) > 0));
            Assert.Contains("local AWS beside s3rver:", await output, StringComparison.Ordinal);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    [GeneratedRegex(@"^\| (?<store>[^|]+) \| (?<number>[\d,]+) \| (?<number>[\d,]+) \| (?<number>[\d,]+) ms \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
