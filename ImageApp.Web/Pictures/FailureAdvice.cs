using ImageApp.Core;

namespace ImageApp.Web.Pictures;

/// <summary>What a person can do about a picture without a result.</summary>
internal static class FailureAdvice
{
    /// <summary>Advice for one of <see cref="FailureCodes"/>; null where the reason has it, since it depends on the file.</summary>
    public static string? For(string? code) => code switch
    {
        FailureCodes.Declined => "Trying again rarely helps; a different picture might.",
        FailureCodes.NotAnImage or FailureCodes.UnsupportedCoding or FailureCodes.TooMuchMemory or FailureCodes.DecodeTooLong => null,
        FailureCodes.FileTooLarge or FailureCodes.SideTooLong or FailureCodes.TooManyPixels =>
            "Save a smaller version and upload that.",
        FailureCodes.Damaged => "Open it in an image program, save it again, and upload the result.",
        FailureCodes.EmptyFile or FailureCodes.OriginalMissing => "Delete the picture and upload it again.",
        FailureCodes.ModelUnknown or FailureCodes.ModelTextOnly or FailureCodes.KeyRefused or FailureCodes.ProviderUnknown
            or FailureCodes.RequestRefused or FailureCodes.AnswerTooLong =>
            "Whoever runs this gallery has to correct the setting; then it is tried again by itself.",
        FailureCodes.QuotaPaused or FailureCodes.ProviderAway => "It is tried again by itself.",
        FailureCodes.ModelTimeout => "It is tried again by itself, a few times.",
        _ => "Try again; if that does not help, upload the file once more.",
    };
}
