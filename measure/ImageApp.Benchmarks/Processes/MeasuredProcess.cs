using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ImageApp.Benchmarks.Processes;

/// <summary>A process, with what it takes of the machine; its children count with it.</summary>
internal sealed partial class MeasuredProcess : IAsyncDisposable
{
    private const int KeptLines = 40;
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private MeasuredProcess(Process process) => _process = process;

    /// <summary>Its id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The last lines it wrote.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>The processor time of it and its descendants, in milliseconds.</summary>
    public double CpuMilliseconds => Tree(Id).Sum(TimeOf);

    /// <summary>The most memory it ever had, in bytes.</summary>
    public long PeakMemory => Status(Id, "VmHWM") * 1024;

    /// <summary>Starts one.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">What it is told beyond this process's own environment.</param>
    /// <param name="folder">Where it works; null for here.</param>
    public static MeasuredProcess Start(
        string program,
        IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string>>? environment = null,
        string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (folder is not null)
        {
            start.WorkingDirectory = folder;
        }

        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        var measured = new MeasuredProcess(process);
        process.OutputDataReceived += (_, line) => measured.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => measured.Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return measured;
    }

    /// <summary>Waits until it has ended by itself.</summary>
    /// <exception cref="InvalidOperationException">It failed; what it wrote is in the message.</exception>
    public async Task WaitForExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        if (_process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{_process.StartInfo.FileName} ended with {_process.ExitCode}:\n{Output}");
        }
    }

    /// <summary>
    /// Waits, a minute at most, until it has little to do: a database server that has just been filled goes on writing for a while, which
    /// is not the next request's.
    /// </summary>
    public async Task QuietAsync(CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(1))
        {
            var before = CpuMilliseconds;
            await Task.Delay(Moment, cancellationToken);
            if (CpuMilliseconds - before < Moment.TotalMilliseconds / 50)
            {
                return;
            }
        }
    }

    /// <summary>Asks until something is true, as long as it runs.</summary>
    /// <exception cref="InvalidOperationException">It ended, or two minutes passed; what it wrote is in the message.</exception>
    public async Task UntilAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (HasExited || Stopwatch.GetElapsedTime(start) > TimeSpan.FromMinutes(2))
            {
                throw new InvalidOperationException($"{_process.StartInfo.FileName} did not get ready:\n{Output}");
            }

            await Task.Delay(2, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>A process and its descendants.</summary>
    public static IEnumerable<int> Tree(int id) => Children(id).SelectMany(Tree).Prepend(id);

    /// <summary>The processor time of one process, in milliseconds; 0 where it is gone.</summary>
    public static double TimeOf(int id)
    {
        // clock_getcpuclockid(3): the clock of another process, to the nanosecond, where /proc/pid/stat has hundredths of a second.
        return GetClockId(id, out var clock) == 0 && GetTime(clock, out var time) == 0
            ? (time.Seconds * 1e3) + (time.Nanoseconds / 1e6)
            : 0;
    }

    [LibraryImport("libc", EntryPoint = "clock_getcpuclockid")]
    private static partial int GetClockId(int process, out int clock);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpecification time);

    private static IEnumerable<int> Children(int id)
    {
        try
        {
            return [.. Directory.EnumerateDirectories($"/proc/{id}/task")
                .SelectMany(task => File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(child => int.Parse(child, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static long Status(int id, string field)
    {
        var line = File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        _output.Enqueue(line);
        while (_output.Count > KeptLines && _output.TryDequeue(out _))
        {
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpecification
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
