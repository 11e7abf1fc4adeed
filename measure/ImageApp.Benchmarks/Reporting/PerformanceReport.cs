namespace ImageApp.Benchmarks.Reporting;

/// <summary>
/// <c>docs/performance.md</c>: a place for each measurement, between two comments with its name. What is between them is written by the
/// harness, and nothing else is.
/// </summary>
internal static class PerformanceReport
{
    private static readonly string File = Path.Combine("docs", "performance.md");

    /// <summary>Puts a measurement into its place.</summary>
    /// <exception cref="InvalidOperationException">The document has no place for it.</exception>
    public static async Task KeepAsync(string name, Section section, CancellationToken cancellationToken)
    {
        var text = await System.IO.File.ReadAllTextAsync(File, cancellationToken);
        var (begin, end) = ($"<!-- {name} -->\n", $"<!-- /{name} -->");
        var from = text.IndexOf(begin, StringComparison.Ordinal);
        var to = text.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from)
        {
            throw new InvalidOperationException($"{File} has no place for '{name}': it stands between {begin.Trim()} and {end}.");
        }

        await System.IO.File.WriteAllTextAsync(
            File, $"{text[..(from + begin.Length)]}{section.ToMarkdown()}\n{text[to..]}", cancellationToken);
    }
}
