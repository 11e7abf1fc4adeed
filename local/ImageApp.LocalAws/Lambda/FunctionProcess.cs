using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace ImageApp.LocalAws.Lambda;

/// <summary>
/// The process at the other end of a loopback connection, found through <c>/proc</c> (proc(5)). Its start time is part of the identity, so
/// that a process that got the same id later is never measured or ended in its place. Only Linux tells this much.
/// </summary>
internal sealed record FunctionProcess(int Id, ulong StartTime)
{
    private const int StateField = 0;
    private const int StartTimeField = 19;
    private const string Established = "01";

    /// <summary>
    /// The process whose socket connects <paramref name="client"/> to <paramref name="server"/>; null where none of this machine but this
    /// one has it.
    /// </summary>
    public static FunctionProcess? Find(IPEndPoint client, IPEndPoint server)
    {
        if (!OperatingSystem.IsLinux() || !IPAddress.IsLoopback(client.Address) || !IPAddress.IsLoopback(server.Address))
        {
            return null;
        }

        return FindSocket(client.Port, server.Port) is { } inode ? FindOwner($"socket:[{inode}]") : null;
    }

    /// <summary>Whether it still runs; a zombie does not.</summary>
    public bool IsRunning =>
        ReadStat(Id) is { } stat
        && stat[StartTimeField] == StartTime.ToString(CultureInfo.InvariantCulture)
        && stat[StateField] is not ("Z" or "X");

    /// <summary>
    /// The file it runs; null where that cannot be told. For a .NET program it is the assembly, since the file that starts it is the same
    /// for every build.
    /// </summary>
    public string? Program()
    {
        try
        {
            if (!IsRunning || new FileInfo($"/proc/{Id}/exe").LinkTarget is not { } executable)
            {
                return null;
            }

            if (Path.GetFileName(executable) == "dotnet")
            {
                var folder = new FileInfo($"/proc/{Id}/cwd").LinkTarget ?? "/";
                return File.ReadAllText($"/proc/{Id}/cmdline").Split('\0')
                    .Where(argument => argument.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
                    .Select(argument => Path.Combine(folder, argument))
                    .FirstOrDefault(File.Exists);
            }

            return File.Exists(executable + ".dll") ? executable + ".dll" : executable;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It ended between two reads.
            return null;
        }
    }

    /// <summary>Resident memory in bytes; 0 once it has ended.</summary>
    public long ResidentBytes()
    {
        try
        {
            return IsRunning && File.ReadAllText($"/proc/{Id}/statm").Split(' ') is { Length: > 1 } fields
                ? long.Parse(fields[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize
                : 0;
        }
        catch (IOException)
        {
            // It ended between the two reads.
            return 0;
        }
    }

    /// <summary>Ends it as the kernel ends a process that is out of memory: SIGKILL.</summary>
    public void Kill()
    {
        try
        {
            using var process = Process.GetProcessById(Id);
            if (IsRunning)
            {
                process.Kill();
            }
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or Win32Exception)
        {
            if (IsRunning)
            {
                throw;
            }
        }
    }

    private static string? FindSocket(int localPort, int remotePort)
    {
        foreach (var table in new[] { "/proc/net/tcp", "/proc/net/tcp6" })
        {
            if (!File.Exists(table))
            {
                continue;
            }

            foreach (var line in File.ReadLines(table).Skip(1))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 9 && fields[3] == Established && Port(fields[1]) == localPort && Port(fields[2]) == remotePort)
                {
                    return fields[9];
                }
            }
        }

        return null;
    }

    private static int Port(string address) =>
        int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static FunctionProcess? FindOwner(string socket)
    {
        // The youngest first: a process asks for its first invocation when it has just started, and looking into all takes a while.
        foreach (var id in Directory.EnumerateDirectories("/proc").Select(ProcessIdOf).OfType<int>().OrderDescending())
        {
            // Never this process itself: a poller inside it is a test's, and ending it would end local AWS.
            if (id == Environment.ProcessId)
            {
                continue;
            }

            try
            {
                if (
                    new DirectoryInfo($"/proc/{id}/fd").EnumerateFileSystemInfos().Any(descriptor => descriptor.LinkTarget == socket)
                    && ReadStat(id) is { } stat)
                {
                    return new FunctionProcess(id, ulong.Parse(stat[StartTimeField], CultureInfo.InvariantCulture));
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or belongs to another user: not ours to measure.
            }
        }

        return null;
    }

    private static int? ProcessIdOf(string folder) =>
        int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>The fields of <c>/proc/pid/stat</c> after the command's name, which may itself hold spaces and parentheses.</summary>
    private static string[]? ReadStat(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
