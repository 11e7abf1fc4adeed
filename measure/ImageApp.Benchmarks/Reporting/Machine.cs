using System.Globalization;
using System.Runtime.InteropServices;

namespace ImageApp.Benchmarks.Reporting;

/// <summary>The machine that measures.</summary>
internal static class Machine
{
    /// <summary>Its processors, memory, system and runtime, in words.</summary>
    public static string Describe()
    {
        var model = Value("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString();
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} processors ({model}), {memory:0} GiB, {RuntimeInformation.OSDescription}, .NET {Environment.Version}");
    }

    private static string? Value(string file, string name) => !File.Exists(file)
        ? null
        : File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':')[^1].Trim();
}
