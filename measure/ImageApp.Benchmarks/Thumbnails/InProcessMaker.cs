namespace ImageApp.Benchmarks.Thumbnails;

/// <summary>A library in this process.</summary>
/// <param name="name">What the report calls it.</param>
/// <param name="reads">Whether it reads a picture.</param>
/// <param name="make">Makes the thumbnail's bytes.</param>
internal sealed class InProcessMaker(string name, Func<TestPicture, bool> reads, Func<TestPicture, byte[]> make) : IThumbnailMaker
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public bool Reads(TestPicture picture) => reads(picture);

    /// <inheritdoc/>
    public Task<WorkTime> MakeAsync(TestPicture picture, CancellationToken cancellationToken)
    {
        byte[] made = [];
        var time = WorkTime.Of(() => made = make(picture));
        return made is [0xFF, 0xD8, ..]
            ? Task.FromResult(time)
            : throw new InvalidOperationException($"{name} made no JPEG of {picture.Name}.");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
