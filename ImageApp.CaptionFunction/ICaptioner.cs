using ImageApp.Core.Processing;

namespace ImageApp.CaptionFunction;

/// <summary>Writes a caption: a model, or the offline describer.</summary>
internal interface ICaptioner
{
    /// <summary>Describes an image.</summary>
    /// <exception cref="PermanentImageException">There will never be a caption: the model refuses, or the image cannot be read.</exception>
    Task<Caption> DescribeAsync(SourceImage image, CancellationToken cancellationToken);
}
