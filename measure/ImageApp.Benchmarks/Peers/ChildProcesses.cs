using System.Runtime.InteropServices;

namespace ImageApp.Benchmarks.Peers;

/// <summary>The processes that this one started.</summary>
internal static partial class ChildProcesses
{
    private const int RusageChildren = -1;

    /// <summary>The processor time of those that have ended (getrusage(2), RUSAGE_CHILDREN).</summary>
    public static TimeSpan ProcessorTime => GetResourceUsage(RusageChildren, out var usage) == 0
        ? TimeSpan.FromSeconds(usage.UserSeconds + usage.SystemSeconds)
            + TimeSpan.FromMicroseconds(usage.UserMicroseconds + usage.SystemMicroseconds)
        : throw new InvalidOperationException($"getrusage failed with {Marshal.GetLastPInvokeError()}.");

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int GetResourceUsage(int who, out ResourceUsage usage);

    // struct rusage on 64-bit Linux: two timeval of two longs each, and fourteen longs.
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private struct ResourceUsage
    {
        public long UserSeconds;
        public long UserMicroseconds;
        public long SystemSeconds;
        public long SystemMicroseconds;
    }
}
