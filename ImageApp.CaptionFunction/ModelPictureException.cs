using ImageApp.Core;

namespace ImageApp.CaptionFunction;

/// <summary>The provider cannot take this picture: it has too many bytes or tokens, or cannot be read there. A smaller version may
/// do.</summary>
internal sealed class ModelPictureException(Exception? innerException = null)
    : ModelFailureException(FailureCodes.PictureRefused, "The model provider cannot take this picture.", innerException);
