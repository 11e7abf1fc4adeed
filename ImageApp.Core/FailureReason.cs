using System.Globalization;
using ImageApp.Core.Formats;

namespace ImageApp.Core;

/// <summary>Why an image has no thumbnail or no caption: a code to decide by, and a text in a person's words.</summary>
/// <param name="Code">One of <see cref="FailureCodes"/>.</param>
/// <param name="Text">What was wrong this time and what is allowed.</param>
public sealed record FailureReason(string Code, string Text)
{
    /// <summary>When it may be over; null where nobody knows.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Whether trying again would not help.</summary>
    public bool IsFinal => FailureCodes.IsFinal(Code);

    /// <summary>The file has no content.</summary>
    public static FailureReason EmptyFile { get; } = new(FailureCodes.EmptyFile, "The file is empty.");

    /// <summary>The content is none of the formats.</summary>
    public static FailureReason NotAnImage { get; } = new(
        FailureCodes.NotAnImage, $"The file is not {ImageFormat.AllNames}, whatever its name says.");

    /// <summary>The bucket no longer holds the original.</summary>
    public static FailureReason OriginalMissing { get; } = new(FailureCodes.OriginalMissing, "The original is no longer in the bucket.");

    /// <summary>The model refuses to describe the picture.</summary>
    public static FailureReason Declined { get; } = new(FailureCodes.Declined, "The model declined to describe this picture.");

    /// <summary>The model has nothing to say.</summary>
    public static FailureReason EmptyAnswer { get; } = new(FailureCodes.EmptyAnswer, "The model gave an empty answer, twice.");

    /// <summary>The file has more bytes than allowed.</summary>
    public static FailureReason FileTooLarge(long bytes, long maxBytes) => Of(
        FailureCodes.FileTooLarge, $"The file has {bytes / 1_000_000.0:0.0} MB; at most {maxBytes / 1_000_000} MB are allowed.");

    /// <summary>A side has more pixels than allowed.</summary>
    public static FailureReason SideTooLong(int width, int height, int maxSide) => Of(
        FailureCodes.SideTooLong, $"The image is {width} × {height} pixels; no side may be longer than {maxSide:N0}.");

    /// <summary>The image has more pixels than allowed.</summary>
    public static FailureReason TooManyPixels(int width, int height, long maxPixels)
    {
        var (megapixels, allowed) = ((long)width * height / 1e6, maxPixels / 1e6);
        return Of(
            FailureCodes.TooManyPixels,
            $"The image is {width} × {height} = {megapixels:0.#} megapixels; at most {allowed:0.#} are allowed.");
    }

    /// <summary>Decoding would take more memory than allowed.</summary>
    /// <param name="kind">What the file is, for example <c>progressive JPEG</c>.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="bytes">What it would take.</param>
    /// <param name="maxBytes">What is allowed.</param>
    public static FailureReason TooMuchMemory(string kind, int width, int height, long bytes, long maxBytes)
    {
        var decoding = string.Create(CultureInfo.InvariantCulture, $"Decoding this {kind} of {width} × {height} pixels");
        var (needed, allowed) = (bytes / 1024 / 1024, maxBytes / 1024 / 1024);
        return Of(
            FailureCodes.TooMuchMemory,
            $"{decoding} would take {needed} MB; at most {allowed} MB are allowed. A non-progressive or smaller version would do.");
    }

    /// <summary>The header cannot be read.</summary>
    public static FailureReason Unreadable(ImageFormat format) => new(
        FailureCodes.Damaged, $"The file looks like {format.Name} but cannot be read: it is damaged or incomplete.");

    /// <summary>Not even a part of the pixels can be decoded.</summary>
    public static FailureReason Undecodable(ImageFormat format) => new(
        FailureCodes.Damaged, $"The file looks like {format.Name} but cannot be decoded: it is damaged or incomplete.");

    private static FailureReason Of(string code, FormattableString text) => new(code, text.ToString(CultureInfo.InvariantCulture));
}
