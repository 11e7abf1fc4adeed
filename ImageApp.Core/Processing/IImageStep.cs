using ImageApp.Core.Catalogue;

namespace ImageApp.Core.Processing;

/// <summary>What a function does with an image: the thumbnail or the caption.</summary>
public interface IImageStep
{
    /// <summary>Which step it is.</summary>
    PipelineStep Kind { get; }

    /// <summary>Makes and stores the result.</summary>
    /// <returns>A short name for metrics of what was stored, for example <c>stored</c>.</returns>
    /// <exception cref="PermanentImageException">The image can never be processed.</exception>
    Task<string> RunAsync(SourceImage image, CancellationToken cancellationToken);
}
