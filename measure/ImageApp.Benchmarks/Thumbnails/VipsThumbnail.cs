using System.Diagnostics;
using ImageApp.Benchmarks.Peers;

namespace ImageApp.Benchmarks.Thumbnails;

/// <summary>libvips' own program, of the distribution: a process for each picture.</summary>
internal sealed class VipsThumbnail(string folder) : IThumbnailMaker
{
    /// <inheritdoc/>
    public string Name => "vipsthumbnail";

    /// <inheritdoc/>
    public bool Reads(TestPicture picture) => true;

    /// <inheritdoc/>
    public async Task<WorkTime> MakeAsync(TestPicture picture, CancellationToken cancellationToken)
    {
        var cpu = ChildProcesses.ProcessorTime;
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start("vipsthumbnail", [picture.Path, "--size", "200x200", "-o", $"{folder}/made-%s.jpg[Q=85,strip]"]);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? new WorkTime(
                Stopwatch.GetElapsedTime(start).TotalMilliseconds, (ChildProcesses.ProcessorTime - cpu).TotalMilliseconds)
            : throw new InvalidOperationException($"vipsthumbnail ended with {process.ExitCode} for {picture.Name}.");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
