using System.Diagnostics;

namespace ImageApp.Benchmarks;

/// <summary>What a piece of work took, in milliseconds.</summary>
/// <param name="Wall">Of the clock.</param>
/// <param name="Cpu">Of all threads' processor time.</param>
internal readonly record struct WorkTime(double Wall, double Cpu)
{
    /// <summary>Does work in this process.</summary>
    public static WorkTime Of(Action work)
    {
        var cpu = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        work();
        return new WorkTime(
            Stopwatch.GetElapsedTime(start).TotalMilliseconds, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds);
    }
}
