using System.Diagnostics;
using System.Globalization;

namespace ImageApp.Tests.Benchmarks;

/// <summary>That <c>benchmarks/run</c> measures what it says, beside whom it says; how fast anything is, is not asked here.</summary>
public sealed class BenchmarkTests
{
    private static readonly char[] Bold = ['*', ' '];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("thumbnails", "JPEG 48 MP", "animated GIF, 20 frames of 0.5 MP")]
    [InlineData("functions", "JPEG, process to stored thumbnail", "the layer with the libraries of both")]
    [InlineData("web", "`/health`", "page 10")]
    [InlineData("mix", "a request of the mix, web", "99 %")]
    [InlineData("pipeline", "upload to thumbnail in the row, median", "4 of each function, 64 at once, all renditions and caption")]
    [InlineData("growth", "rows, for a page (web and database): 500", "objects, for a PUT or GET of 1 kB (local AWS): 400")]
    [InlineData("idle", "web, database and dashboard together", "web, database and dashboard together")]
    [InlineData("start", "built AppHost to web healthy", "built AppHost to web healthy")]
    [InlineData("local-aws", "PUT", "start to the first PUT")]
    public async Task A_measurement_has_a_figure_of_everything_beside_a_peer(string measurement, string first, string last)
    {
        var (code, output, error) = await RunAsync("--quick", measurement);
        Assert.True(code == 0, error + output);
        var rows = output.Split('\n')
            .SkipWhile(line => !line.StartsWith("| what | unit | ImageApp |", StringComparison.Ordinal))
            .Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split(" | "))
            .ToList();
        Assert.Contains(rows, row => row[0].Contains(first, StringComparison.Ordinal));
        Assert.Contains(rows, row => row[0].Contains(last, StringComparison.Ordinal));
        Assert.All(rows, row =>
        {
            Assert.True(Number(row[2]) > 0, string.Join(" | ", row));
            Assert.NotEmpty(row[3].Trim());
            Assert.True(Number(row[4]) > 0, string.Join(" | ", row));
        });
    }

    [Fact]
    public async Task Every_measurement_has_a_place_in_the_document_with_its_figures()
    {
        var (code, output, _) = await RunAsync("--help");
        Assert.Equal(0, code);
        var names = output.Split('\n').First(line => line.Contains("one after the other", StringComparison.Ordinal))
            .Split(": ")[1].Split(". ")[0].Split(", ");
        var document = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "docs", "performance.md"), Cancel);
        Assert.Equal(9, names.Length);
        foreach (var name in names)
        {
            var from = document.IndexOf($"<!-- {name} -->\n", StringComparison.Ordinal);
            var to = document.IndexOf($"<!-- /{name} -->", StringComparison.Ordinal);
            Assert.True(from >= 0 && from < to, $"{name} has no place.");
            Assert.Contains($"`benchmarks/run {name}`, ", document[from..to], StringComparison.Ordinal);
            Assert.Contains("| what | unit | ImageApp | peer |", document[from..to], StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("speed", "speed")]
    [InlineData("--quick --keep thumbnails", "--keep")]
    public async Task What_it_does_not_know_is_named(string arguments, string named)
    {
        var (code, _, error) = await RunAsync(arguments.Split(' '));
        Assert.NotEqual(0, code);
        Assert.Contains(named, error, StringComparison.Ordinal);
    }

    private static double Number(string cell) => double.Parse(cell.Trim(Bold), NumberStyles.Number, CultureInfo.InvariantCulture);

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var program = Path.Combine(RepositoryRoot.Path, "measure/ImageApp.Benchmarks/bin/Debug/net10.0/ImageApp.Benchmarks.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            WorkingDirectory = RepositoryRoot.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(Cancel);
            var error = process.StandardError.ReadToEndAsync(Cancel);
            await process.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromMinutes(6), Cancel);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
