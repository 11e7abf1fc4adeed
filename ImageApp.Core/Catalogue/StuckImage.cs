namespace ImageApp.Core.Catalogue;

/// <summary>An image that waits for a result which will not come by itself.</summary>
/// <param name="Image">The image.</param>
/// <param name="IsFailure">Whether something went wrong, which counts as an attempt; else it only had to wait.</param>
public sealed record StuckImage(ImageRecord Image, bool IsFailure);

/// <summary>What tells stuck from waiting.</summary>
public sealed record StuckRules
{
    /// <summary>How long nothing must have been heard of an image that was taken up: longer than Lambda retries.</summary>
    public required TimeSpan Quiet { get; init; }

    /// <summary>How long Lambda keeps an event that waits (AWS Lambda Developer Guide, "Asynchronous invocation").</summary>
    public required TimeSpan EventAge { get; init; }

    /// <summary>How long to wait for a reason to pass that does not say when.</summary>
    public required TimeSpan Pause { get; init; }

    /// <summary>How many failures there may be before an image is left alone.</summary>
    public required int MaxAttempts { get; init; }

    /// <summary>How many images are sent again while a step takes up none.</summary>
    public required int Probes { get; init; }

    /// <summary>How many images that waited for a reason to pass are sent at once: it may not have passed for all of them.</summary>
    public int Resumed { get; init; } = int.MaxValue;
}
