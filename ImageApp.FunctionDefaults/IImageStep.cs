using ImageApp.Core;
using ImageApp.Core.Catalogue;

namespace ImageApp.FunctionDefaults;

/// <summary>
/// What a function makes of an image. The step owns its result: how it is called, when it is there, and where it is stored.
/// </summary>
public interface IImageStep
{
    /// <summary>The step's name, for example <c>thumbnail</c>. Its lock, spans and metrics are called by it.</summary>
    string Name { get; }

    /// <summary>Whether the row has this step's result, or a final reason why there is none.</summary>
    bool IsDone(ImageRecord image);

    /// <summary>Makes and stores the result.</summary>
    /// <returns>A short name for metrics of what was stored, for example <c>stored</c>.</returns>
    /// <exception cref="ImageFailureException">There is no result, for a reason to be stored.</exception>
    Task<string> RunAsync(SourceImage image, CancellationToken cancellationToken);

    /// <summary>Stores why there is no result.</summary>
    /// <param name="imageKey">The original's key.</param>
    /// <param name="etag">The eTag of the content that has none.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task SaveFailureAsync(string imageKey, string etag, FailureReason reason, CancellationToken cancellationToken);
}
