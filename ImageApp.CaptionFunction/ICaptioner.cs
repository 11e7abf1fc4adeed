using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.FunctionDefaults;

namespace ImageApp.CaptionFunction;

/// <summary>Writes a caption: a model, or the offline describer.</summary>
internal interface ICaptioner
{
    /// <summary>Describes an image.</summary>
    /// <exception cref="ImageFailureException">The image cannot be read.</exception>
    /// <exception cref="ModelFailureException">The model gave no caption; the type says what to do about it.</exception>
    Task<CaptionResult> DescribeAsync(SourceImage image, CancellationToken cancellationToken);
}
