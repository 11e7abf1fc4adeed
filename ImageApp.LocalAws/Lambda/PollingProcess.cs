using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace ImageApp.LocalAws.Lambda;

/// <summary>
/// Finds the process at the other end of a loopback connection through <c>/proc</c>, and its memory: what an execution environment's limits
/// are kept with. On systems without <c>/proc</c> nothing is found, and only time is limited.
/// </summary>
internal static class PollingProcess
{
    /// <summary>The process that owns the client's end of a connection; null where it cannot be told.</summary>
    public static int? Find(IPEndPoint client)
    {
        if (!OperatingSystem.IsLinux() || Inode(client.Port) is not { } inode)
        {
            return null;
        }

        var target = $"socket:[{inode}]";
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Owns(folder, target))
            {
                return id;
            }
        }

        return null;
    }

    /// <summary>The resident memory of a process in bytes; null where it is gone.</summary>
    public static long? ResidentBytes(int id)
    {
        try
        {
            // VmRSS is in kB; a zombie has none.
            var line = File.ReadLines($"/proc/{id}/status").FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null ? null : long.Parse(line.AsSpan(6).Trim().TrimEnd("kB").Trim(), NumberStyles.None, CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Ends a process that outlived its limits; one that is gone already is what was wanted.</summary>
    public static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It ended by itself in the meantime.
        }
    }

    private static bool Owns(string folder, string socket)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(folder, "fd")).Any(file => new FileInfo(file).LinkTarget == socket);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process ended while it was looked at, or is somebody else's.
            return false;
        }
    }

    // proc(5): local_address is the second column, hexadecimal; the inode is the tenth.
    private static string? Inode(int port)
    {
        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (var table in new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists))
        {
            foreach (var line in File.ReadLines(table).Skip(1))
            {
                var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (columns.Length > 9 && columns[1].EndsWith(suffix, StringComparison.Ordinal) && columns[9] != "0")
                {
                    return columns[9];
                }
            }
        }

        return null;
    }
}
