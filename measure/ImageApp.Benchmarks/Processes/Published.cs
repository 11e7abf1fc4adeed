namespace ImageApp.Benchmarks.Processes;

/// <summary>
/// The programs as <c>deploy/package</c> publishes them into <c>artifacts</c>, and where that was not done, which only a quick run allows,
/// as they were built.
/// </summary>
internal static class Published
{
    /// <summary>The command line of the web app.</summary>
    public static IReadOnlyList<string> Web { get; } = Of("ImageApp.Web", "ImageApp.Web", "ImageApp.Web");

    /// <summary>The command line of local AWS.</summary>
    public static IReadOnlyList<string> LocalAws { get; } = Of("local-aws", "ImageApp.LocalAws", "local/ImageApp.LocalAws");

    /// <summary>The command line of a function.</summary>
    public static IReadOnlyList<string> Function(string name) => Of($"ImageApp.{name}", "bootstrap", $"ImageApp.{name}");

    /// <summary>
    /// Where a function's native libraries are, as Lambda unpacks their layer; nothing is there where the function was only built.
    /// </summary>
    public static string Libraries { get; } = Path.GetFullPath(Path.Combine("artifacts", "ImageApp.Imaging", "lib"));

    /// <summary>Says which programs are not published.</summary>
    /// <exception cref="InvalidOperationException">Some are not, and the run is more than a quick one.</exception>
    public static void Require(BenchmarkSettings settings)
    {
        var missing = new[] { Web, LocalAws, Function("ThumbnailFunction"), Function("CaptionFunction") }
            .Where(one => one.Count > 1)
            .ToList();
        if (missing.Count > 0 && !settings.IsQuick)
        {
            throw new InvalidOperationException(
                $"Not published, so not worth measuring: {string.Join(", ", missing.Select(one => one[1]))}. benchmarks/run does it.");
        }
    }

    private static string[] Of(string artifact, string program, string project)
    {
        var published = Path.GetFullPath(Path.Combine("artifacts", artifact, program));
        return File.Exists(published)
            ? [published]
            : ["dotnet", Path.GetFullPath(Path.Combine(project, "bin/Debug/net10.0", Path.GetFileName(project) + ".dll"))];
    }
}
