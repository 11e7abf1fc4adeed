using ImageApp.Benchmarks.Reporting;

namespace ImageApp.Benchmarks;

/// <summary>One measurement that <c>benchmarks/run</c> knows by a name.</summary>
internal interface IBenchmark
{
    /// <summary>Its name on the command line and in <c>docs/performance.md</c>.</summary>
    string Name { get; }

    /// <summary>Its heading.</summary>
    string Title { get; }

    /// <summary>Measures, and adds what it finds to <paramref name="section"/>.</summary>
    Task RunAsync(Section section, BenchmarkSettings settings, CancellationToken cancellationToken);
}
