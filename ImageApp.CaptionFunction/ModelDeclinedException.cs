using ImageApp.Core;

namespace ImageApp.CaptionFunction;

/// <summary>The model, or a filter before or behind it, does not want to describe this picture. Final.</summary>
internal sealed class ModelDeclinedException(Exception? innerException = null)
    : ModelFailureException(FailureCodes.Declined, "The model declined to describe this picture.", innerException);
