using System.Globalization;
using ImageApp.Core.Formats;

namespace ImageApp.Core;

/// <summary>Why an image has no thumbnail or no caption: a code to decide by, and a text in a person's words.</summary>
/// <param name="Code">One of <see cref="FailureCodes"/>.</param>
/// <param name="Text">What was wrong this time and what is allowed.</param>
public sealed record FailureReason(string Code, string Text)
{
    private const long MegaByte = 1024 * 1024;
    private const string SaveAgain = "Open it in a photo program, export it as an ordinary JPEG or PNG, and upload that.";

    /// <summary>When it may be over; null where nobody knows.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Whether trying again would not help.</summary>
    public bool IsFinal => FailureCodes.IsFinal(Code);

    /// <summary>The file has no content.</summary>
    public static FailureReason EmptyFile { get; } = new(FailureCodes.EmptyFile, "The file is empty.");

    /// <summary>The content is none of the formats, and nothing that is known.</summary>
    public static FailureReason NotAnImage { get; } = new(FailureCodes.NotAnImage, RefusedFormat.UnknownSentence);

    /// <summary>The bucket no longer holds the original.</summary>
    public static FailureReason OriginalMissing { get; } = new(FailureCodes.OriginalMissing, "The original is no longer in the bucket.");

    /// <summary>The model refuses to describe the picture.</summary>
    public static FailureReason Declined { get; } = new(FailureCodes.Declined, "The model declined to describe this picture.");

    /// <summary>The model has nothing to say.</summary>
    public static FailureReason EmptyAnswer { get; } = new(FailureCodes.EmptyAnswer, "The model gave an empty answer, twice.");

    /// <summary>The content is none of the formats.</summary>
    /// <param name="start">The file's first bytes, which tell what it is instead.</param>
    public static FailureReason Refused(ReadOnlySpan<byte> start) => new(FailureCodes.NotAnImage, RefusedFormat.SentenceFor(start));

    /// <summary>A format that is taken is coded in a way that there is no decoder for.</summary>
    /// <param name="kind">What the file is, with its article, for example <c>a lossless JPEG</c>.</param>
    public static FailureReason UnsupportedCoding(string kind) => new(
        FailureCodes.UnsupportedCoding,
        $"The file is {kind}, which this gallery cannot show. "
        + "Open it in a photo program, export it as an ordinary JPEG or PNG, and upload that.");

    // What a file has is rounded up and what is allowed down, so that the numbers never contradict the refusal.

    /// <summary>The file has more bytes than allowed.</summary>
    public static FailureReason FileTooLarge(long bytes, long maxBytes) => Of(
        FailureCodes.FileTooLarge,
        $"The file has {Math.Ceiling(bytes / 1e5) / 10:0.0} MB; at most {Math.Floor(maxBytes / 1e5) / 10:0.#} MB are allowed.");

    /// <summary>A side has more pixels than allowed.</summary>
    public static FailureReason SideTooLong(int width, int height, int maxSide) => Of(
        FailureCodes.SideTooLong, $"The image is {width} × {height} pixels; no side may be longer than {maxSide:N0}.");

    /// <summary>The image has more pixels than allowed.</summary>
    public static FailureReason TooManyPixels(int width, int height, long maxPixels)
    {
        var (megapixels, allowed) = (Math.Ceiling((long)width * height / 1e5) / 10, Math.Floor(maxPixels / 1e5) / 10);
        return Of(
            FailureCodes.TooManyPixels,
            $"The image is {width} × {height} = {megapixels:0.0} megapixels; at most {allowed:0.0} are allowed.");
    }

    /// <summary>Decoding would take more memory than allowed.</summary>
    /// <param name="format">The file's format.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="cost">What it would take.</param>
    /// <param name="maxBytes">What is allowed.</param>
    public static FailureReason TooMuchMemory(ImageFormat format, int width, int height, DecodeCost cost, long maxBytes)
    {
        var decoding = string.Create(
            CultureInfo.InvariantCulture, $"Decoding this {cost.Reason}{format.Name} of {width} × {height} pixels");
        var (needed, allowed) = ((cost.Bytes + MegaByte - 1) / MegaByte, maxBytes / MegaByte);
        return Of(
            FailureCodes.TooMuchMemory,
            $"{decoding} would take {needed} MB of memory; at most {allowed} MB are allowed. {cost.Advice}");
    }

    /// <summary>Decoding takes more memory than the header announced, and was ended.</summary>
    public static FailureReason DecodeTooLarge(ImageFormat format, long bytes) => Of(
        FailureCodes.TooMuchMemory,
        $"Decoding this {format.Name} took more than {bytes / MegaByte} MB of memory, more than its header says, and was ended. {SaveAgain}");

    /// <summary>Decoding takes more time than allowed, and was ended.</summary>
    public static FailureReason DecodeTooLong(ImageFormat format, TimeSpan most) => Of(
        FailureCodes.DecodeTooLong,
        $"Decoding this {format.Name} took more than {most.TotalSeconds:0.#} seconds of processor time and was ended. {SaveAgain}");

    /// <summary>The header cannot be read.</summary>
    public static FailureReason Unreadable(ImageFormat format) => new(
        FailureCodes.Damaged, $"The file looks like {format.Name} but cannot be read: it is damaged or incomplete.");

    /// <summary>Not even a part of the pixels can be decoded.</summary>
    public static FailureReason Undecodable(ImageFormat format) => new(
        FailureCodes.Damaged, $"The file looks like {format.Name} but cannot be decoded: it is damaged or incomplete.");

    private static FailureReason Of(string code, FormattableString text) => new(code, text.ToString(CultureInfo.InvariantCulture));
}
