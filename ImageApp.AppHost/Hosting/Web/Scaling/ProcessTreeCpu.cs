using System.Diagnostics;
using System.Globalization;

namespace ImageApp.AppHost.Hosting.Web.Scaling;

/// <summary>What a process and its children have used of the processors. Children, because an orchestrator may start the app through
/// <c>dotnet run</c>.</summary>
internal static class ProcessTreeCpu
{
    /// <summary>Processor time since their beginning; nought where the process has ended.</summary>
    public static TimeSpan Of(int processId)
    {
        var children = Children();
        var (total, waiting) = (TimeSpan.Zero, new Stack<int>([processId]));
        while (waiting.TryPop(out var id))
        {
            total += Own(id);
            foreach (var child in children[id])
            {
                waiting.Push(child);
            }
        }

        return total;
    }

    private static TimeSpan Own(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.TotalProcessorTime;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It has ended.
            return TimeSpan.Zero;
        }
    }

    // proc(5): the fourth field of stat is the parent; the second, the name, may hold anything but ends with the last parenthesis.
    private static ILookup<int, int> Children() =>
        (OperatingSystem.IsLinux() ? Directory.EnumerateDirectories("/proc") : [])
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0)
            .Select(id => (Id: id, Parent: Parent(id)))
            .ToLookup(pair => pair.Parent, pair => pair.Id);

    private static int Parent(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(stat.AsSpan(stat.LastIndexOf(')') + 2).ToString().Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has ended.
            return 0;
        }
    }
}
