using System.Globalization;

namespace ImageApp.Tests.AppHost;

/// <summary>The processes that an AppHost brought up, read from <c>/proc</c>.</summary>
internal static class ProcessTree
{
    /// <summary>The process, its orchestrator (which detaches itself, but names the process it watches) and all their
    /// descendants.</summary>
    /// <returns>Process ids with when each started, so that a reused id is not mistaken, and their command lines.</returns>
    public static Dictionary<(int Id, string Started), string> Of(int appHost)
    {
        var all = Directory
            .EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, out _))
            .Select(name => Read(int.Parse(name!, CultureInfo.InvariantCulture)))
            .OfType<Entry>()
            .ToList();
        var found = all.Where(entry => entry.Id == appHost || entry.CommandLine.Contains($"--monitor {appHost} ", StringComparison.Ordinal))
            .ToHashSet();
        while (
            all.Where(entry => found.Any(parent => parent.Id == entry.Parent)).Aggregate(false, (added, entry) => found.Add(entry) || added)
        ) { }

        return found.ToDictionary(entry => (entry.Id, entry.Started), entry => entry.CommandLine);
    }

    /// <summary>Which of them still run; one that ended but whose parent has not asked for its result does not.</summary>
    public static List<string> StillRunning(Dictionary<(int Id, string Started), string> processes) =>
        [
            .. processes
                .Where(process => Read(process.Key.Id) is { State: not 'Z' } entry && entry.Started == process.Key.Started)
                .Select(process => $"{process.Key.Id} {process.Value}"),
        ];

    private static Entry? Read(int id)
    {
        try
        {
            // proc(5): pid (name) state ppid ...; the 22nd field is the start time. The name may hold spaces and parentheses.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return new Entry(
                id,
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                fields[0][0],
                fields[19],
                File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' ')
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile.
            return null;
        }
    }

    private sealed record Entry(int Id, int Parent, char State, string Started, string CommandLine);
}
