namespace ImageApp.Benchmarks.Thumbnails;

/// <summary>Something that makes thumbnails: fitted into 200 x 200, JPEG of quality 85.</summary>
internal interface IThumbnailMaker : IAsyncDisposable
{
    /// <summary>What the report calls it.</summary>
    string Name { get; }

    /// <summary>Whether it reads a picture's format at all.</summary>
    bool Reads(TestPicture picture);

    /// <summary>Makes one thumbnail.</summary>
    /// <exception cref="InvalidOperationException">It made none.</exception>
    Task<WorkTime> MakeAsync(TestPicture picture, CancellationToken cancellationToken);
}
