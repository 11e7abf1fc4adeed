using ImageApp.Core;
using ImageApp.FunctionDefaults;

namespace ImageApp.CaptionFunction;

/// <summary>Writes a caption: a model, or the offline describer.</summary>
internal interface ICaptioner
{
    /// <summary>Describes an image.</summary>
    /// <exception cref="ImageFailureException">There is no caption, for a reason to be stored.</exception>
    Task<Caption> DescribeAsync(SourceImage image, CancellationToken cancellationToken);
}
