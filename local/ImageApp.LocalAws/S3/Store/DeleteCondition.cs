using System.Globalization;

namespace ImageApp.LocalAws.S3.Store;

/// <summary>
/// What must hold of a version for it to be deleted (S3 API Reference, DeleteObject). What is not there any more needs no deletion,
/// whatever the condition.
/// </summary>
/// <param name="ETag">The eTag it must have; <c>*</c> for any.</param>
/// <param name="LastModified">When it must have been stored, to the second.</param>
/// <param name="Size">How many bytes it must have.</param>
internal sealed record DeleteCondition(string? ETag, DateTimeOffset? LastModified, long? Size)
{
    /// <exception cref="AwsServiceException"><c>PreconditionFailed</c>: it does not hold.</exception>
    public void Require(StoredObject? present)
    {
        if (present is null)
        {
            return;
        }

        var failed =
            ETag is not (null or "*") && ETag.Trim('"') != present.ETag ? "If-Match"
            : LastModified is { } time && time.ToUnixTimeSeconds() != present.LastModified.ToUnixTimeSeconds()
                ? "x-amz-if-match-last-modified-time"
            : Size is { } size && size != present.Size ? "x-amz-if-match-size"
            : null;
        if (failed is not null)
        {
            throw S3Errors.PreconditionFailed(failed);
        }
    }

    /// <summary>Reads a time; null where there is none.</summary>
    /// <exception cref="AwsServiceException">It is no time.</exception>
    public static DateTimeOffset? ParseTime(string? text) =>
        text is null ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw S3Errors.InvalidArgument($"The last-modified time of a condition is '{text}'; it must be a date.");

    /// <summary>Reads a size; null where there is none.</summary>
    /// <exception cref="AwsServiceException">It is no size.</exception>
    public static long? ParseSize(string? text) =>
        text is null ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size
        : throw S3Errors.InvalidArgument($"The size of a condition is '{text}'; it must be a number of bytes.");
}
