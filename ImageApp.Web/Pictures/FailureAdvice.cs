using ImageApp.Core;
using ImageApp.Core.Formats;

namespace ImageApp.Web.Pictures;

/// <summary>What a person can do about a picture without a result.</summary>
internal static class FailureAdvice
{
    /// <summary>Advice for one of <see cref="FailureCodes"/>.</summary>
    public static string For(string? code) => code switch
    {
        FailureCodes.Declined => "Trying again rarely helps; a different picture might.",
        FailureCodes.FileTooLarge or FailureCodes.SideTooLong or FailureCodes.TooManyPixels or FailureCodes.TooMuchMemory =>
            "Save a smaller version and upload that.",
        FailureCodes.Damaged => "Open it in an image program, save it again, and upload the result.",
        FailureCodes.EmptyFile or FailureCodes.OriginalMissing => "Delete the picture and upload it again.",
        FailureCodes.NotAnImage => $"Save it as {ImageFormat.AllNames} and upload that.",
        FailureCodes.ModelUnknown or FailureCodes.ModelTextOnly or FailureCodes.KeyRefused or FailureCodes.AnswerTooLong =>
            "Whoever runs this gallery has to correct the setting; then it is tried again by itself.",
        FailureCodes.QuotaPaused => "It is tried again by itself.",
        _ => "Try again; if that does not help, upload the file once more.",
    };
}
