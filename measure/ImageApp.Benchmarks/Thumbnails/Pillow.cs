using System.Globalization;
using ImageApp.Benchmarks.Peers;
using ImageApp.Core.Formats;

namespace ImageApp.Benchmarks.Thumbnails;

/// <summary>Python's Pillow, in one process that stays: the documented thumbnail function's own lines. It reads no AVIF.</summary>
internal sealed class Pillow : IThumbnailMaker
{
    private readonly PythonPeer _python = PythonPeer.Start("thumbnails.py");

    /// <inheritdoc/>
    public string Name => "Pillow";

    /// <inheritdoc/>
    public bool Reads(TestPicture picture) => picture.Format != ImageFormat.Avif;

    /// <inheritdoc/>
    public async Task<WorkTime> MakeAsync(TestPicture picture, CancellationToken cancellationToken)
    {
        var answer = (await _python.AskAsync(picture.Path, cancellationToken)).Split(' ');
        return new WorkTime(double.Parse(answer[0], CultureInfo.InvariantCulture), double.Parse(answer[1], CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _python.DisposeAsync();
}
