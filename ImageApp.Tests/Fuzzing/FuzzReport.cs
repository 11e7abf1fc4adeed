using System.Globalization;

namespace ImageApp.Tests.Fuzzing;

/// <summary>Keeps what the runs found in <c>artifacts/</c>, where <c>eng/reliability</c> takes it from.</summary>
internal static class FuzzReport
{
    private static readonly string Folder = Directory.CreateDirectory(Path.Combine(RepositoryRoot.Path, "artifacts", "fuzzing")).FullName;

    /// <summary>Where a target's present input is: it stays there when the whole process dies of it.</summary>
    public static string PresentInput(string target) => Path.Combine(Folder, $"{FileName(target)}.present");

    /// <summary>Keeps an input that was not taken as it should be.</summary>
    /// <returns>Its path.</returns>
    public static string Keep(string target, int seed, byte[] input)
    {
        var path = Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{FileName(target)}-{seed}.input"));
        File.WriteAllBytes(path, input);
        return path;
    }

    /// <summary>Writes a target's row of the report.</summary>
    /// <param name="part"><c>parsers</c> or <c>decoders</c>.</param>
    /// <param name="result">What became of its inputs.</param>
    public static void Write(string part, FuzzResult result) => File.WriteAllText(
        Path.Combine(Folder, $"{part}-{FileName(result.Name)}.row"),
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {result.Name} | {result.Inputs:N0} | {result.Refused:N0} {Ended(result)}| {result.Crashes} | {result.Hangs} | {result.Overruns} |\n"));

    /// <summary>Writes what a person may want to know of a target's inputs.</summary>
    public static void Note(string target, IEnumerable<string> lines) =>
        File.WriteAllLines(Path.Combine(Folder, $"{FileName(target)}.notes"), lines);

    private static string Ended(FuzzResult result) =>
        result.Ended == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"({result.Ended} ended) ");

    private static string FileName(string target) =>
        string.Concat(target.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-'));
}
