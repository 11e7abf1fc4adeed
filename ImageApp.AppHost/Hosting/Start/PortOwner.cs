using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ImageApp.AppHost.Hosting.Start;

/// <summary>Which process listens on a TCP port.</summary>
internal static class PortOwner
{
    private const string Listening = "0A";

    /// <summary>Name and id, for example <c>python3 (process 4711)</c>; null where this user may not see it.</summary>
    public static string? Of(int port)
    {
        var id =
            OperatingSystem.IsLinux() ? OnLinux(port)
            : OperatingSystem.IsMacOS() ? OnMac(port)
            : null;
        if (id is not { } found)
        {
            return null;
        }

        try
        {
            using var process = Process.GetProcessById(found);
            return string.Create(CultureInfo.InvariantCulture, $"{process.ProcessName} (process {found})");
        }
        catch (ArgumentException)
        {
            // It ended meanwhile.
            return null;
        }
    }

    // proc(5): /proc/net/tcp has local address, state (0A listens) and, as tenth field, the socket's inode, which is a link in its owner's
    // fd folder.
    private static int? OnLinux(int port)
    {
        var suffix = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        var sockets = new[] { "/proc/net/tcp", "/proc/net/tcp6" }
            .Where(File.Exists)
            .SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[1].EndsWith(suffix, StringComparison.Ordinal) && fields[3] == Listening)
            .Select(fields => $"socket:[{fields[9]}]")
            .ToHashSet();
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (
                int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && Links(process).Any(sockets.Contains)
            )
            {
                return id;
            }
        }

        return null;
    }

    private static IEnumerable<string> Links(string process)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd")).Select(link => new FileInfo(link).LinkTarget ?? ""),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's, or it ended meanwhile.
            return [];
        }
    }

    private static int? OnMac(int port)
    {
        try
        {
            using var lsof = Process.Start(
                new ProcessStartInfo("lsof", ["-nP", $"-iTCP:{port}", "-sTCP:LISTEN", "-t"]) { RedirectStandardOutput = true }
            );
            return int.TryParse(lsof?.StandardOutput.ReadLine(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        }
        catch (Win32Exception)
        {
            // Not installed.
            return null;
        }
    }
}
