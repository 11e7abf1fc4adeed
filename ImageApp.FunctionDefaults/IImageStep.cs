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

    /// <summary>Whether this process has to end after its answer: something runs in it that cannot be stopped otherwise.</summary>
    bool MustEnd => false;

    /// <summary>Whether the row has this step's result, or a final reason why there is none.</summary>
    bool IsDone(ImageRecord image);

    /// <summary>
    /// Called once, when the function starts, beside its first poll. Nothing, unless the step says otherwise; what it may need is checked
    /// again with the first image, since a new sandbox may be frozen before this ends.
    /// </summary>
    /// <param name="cancellationToken">Ends the call when the function ends.</param>
    Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

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

    /// <summary>Deletes what the step put into the bucket for an original that is gone. Nothing, unless the step says otherwise.</summary>
    /// <param name="imageKey">The original's key.</param>
    /// <param name="image">Its row; null where there is none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task DiscardAsync(string imageKey, ImageRecord? image, CancellationToken cancellationToken) => Task.CompletedTask;
}
