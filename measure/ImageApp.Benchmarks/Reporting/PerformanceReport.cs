namespace ImageApp.Benchmarks.Reporting;

/// <summary>
/// <c>docs/performance.md</c>: a place for each measurement, between two comments with its name. What is between them is written by the
/// harness, and nothing else is.
/// </summary>
internal static class PerformanceReport
{
    private const string Folder = "docs";
    private static readonly string Document = Path.Combine(Folder, "performance.md");

    /// <summary>Puts a measurement into its place.</summary>
    /// <exception cref="InvalidOperationException">The document has no place for it.</exception>
    public static async Task KeepAsync(string name, Section section, CancellationToken cancellationToken)
    {
        var text = await File.ReadAllTextAsync(Document, cancellationToken);
        var (begin, end) = ($"<!-- {name} -->\n", $"<!-- /{name} -->");
        var from = text.IndexOf(begin, StringComparison.Ordinal);
        var to = text.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from)
        {
            throw new InvalidOperationException($"{Document} has no place for '{name}': it stands between {begin.Trim()} and {end}.");
        }

        await File.WriteAllTextAsync(
            Document, $"{text[..(from + begin.Length)]}{section.ToMarkdown()}\n{text[to..]}", cancellationToken);
        foreach (var (file, content) in section.Files)
        {
            await File.WriteAllTextAsync(Path.Combine(Folder, file), content, cancellationToken);
        }
    }
}
