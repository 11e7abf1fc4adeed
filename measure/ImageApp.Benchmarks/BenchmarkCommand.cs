using System.CommandLine;
using ImageApp.Benchmarks.Functions;
using ImageApp.Benchmarks.Growth;
using ImageApp.Benchmarks.Idle;
using ImageApp.Benchmarks.Pipeline;
using ImageApp.Benchmarks.Reporting;
using ImageApp.Benchmarks.Start;
using ImageApp.Benchmarks.Stores;
using ImageApp.Benchmarks.Thumbnails;
using ImageApp.Benchmarks.Web;

namespace ImageApp.Benchmarks;

/// <summary>The command line of <c>benchmarks/run</c>.</summary>
internal static class BenchmarkCommand
{
    private static readonly IBenchmark[] All =
    [
        new ThumbnailBenchmark(),
        new FunctionBenchmark(),
        new WebBenchmark(),
        new MixBenchmark(),
        new PipelineBenchmark(),
        new GrowthBenchmark(),
        new IdleBenchmark(),
        new StartBenchmark(),
        new LocalAwsBenchmark(),
    ];

    public static RootCommand Create()
    {
        var names = new Argument<string[]>("measurement")
        {
            Description = $"What is measured, one after the other: {string.Join(", ", All.Select(one => one.Name))}. "
                + "All of them where none is named.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        names.AcceptOnlyFromAmong([.. All.Select(one => one.Name)]);
        var quick = new Option<bool>("--quick")
        {
            Description = "Only shows that everything works: small and few, no figure worth quoting.",
        };
        var keep = new Option<bool>("--keep") { Description = "Writes what was measured into docs/performance.md." };
        var root = new RootCommand("Measures on this machine, beside named peers in the same run.") { names, quick, keep };
        root.Validators.Add(result =>
        {
            if (result.GetValue(quick) && result.GetValue(keep))
            {
                result.AddError("--quick measures nothing worth keeping: leave out --quick or --keep.");
            }
        });
        root.SetAction((result, stopping) =>
            RunAsync(result.GetValue(names) ?? [], result.GetValue(quick), result.GetValue(keep), stopping));
        return root;
    }

    private static async Task RunAsync(string[] names, bool isQuick, bool keeps, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        foreach (var benchmark in All.Where(one => names.Length == 0 || names.Contains(one.Name)))
        {
            // Each for itself: what one leaves behind is not the next one's.
            using var folder = new TemporaryFolder();
            limit.CancelAfter(TimeSpan.FromMinutes(30));
            await Console.Error.WriteLineAsync($"{benchmark.Title} ({benchmark.Name})");
            var section = new Section(benchmark.Title, $"benchmarks/run {benchmark.Name}");
            await benchmark.RunAsync(section, new BenchmarkSettings(folder.Path, isQuick), limit.Token);
            Console.WriteLine($"## {benchmark.Title}\n\n{section.ToMarkdown()}\n");
            if (keeps)
            {
                await PerformanceReport.KeepAsync(benchmark.Name, section, cancellationToken);
            }
        }
    }
}
