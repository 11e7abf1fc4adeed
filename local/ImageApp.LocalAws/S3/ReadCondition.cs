using System.Globalization;
using ImageApp.LocalAws.S3.Store;

namespace ImageApp.LocalAws.S3;

/// <summary>The conditions of a read, in the precedence of RFC 9110, section 13.2.2: an eTag's condition wins over a date's.</summary>
/// <param name="IfMatch">eTags, or <c>*</c>.</param>
/// <param name="IfNoneMatch">eTags, or <c>*</c>.</param>
/// <param name="IfModifiedSince">An HTTP date.</param>
/// <param name="IfUnmodifiedSince">An HTTP date.</param>
internal sealed record ReadCondition(string? IfMatch, string? IfNoneMatch, string? IfModifiedSince, string? IfUnmodifiedSince)
{
    /// <summary>Reads them, with <c>x-amz-copy-source-</c> or nothing as <paramref name="prefix"/>.</summary>
    public static ReadCondition Of(S3Request request, string prefix) =>
        new(
            request.Header(prefix + "if-match"),
            request.Header(prefix + "if-none-match"),
            request.Header(prefix + "if-modified-since"),
            request.Header(prefix + "if-unmodified-since"));

    /// <summary>Whether the object is not the one the condition asks for: 412.</summary>
    public bool Fails(StoredObject stored) => IfMatch is not null
        ? !Names(IfMatch, stored)
        : Date(IfUnmodifiedSince) is { } date && Seconds(stored.LastModified) > date;

    /// <summary>Whether the client has the object already: 304, or 412 for a copy.</summary>
    public bool IsNotModified(StoredObject stored) => IfNoneMatch is not null
        ? Names(IfNoneMatch, stored)
        : Date(IfModifiedSince) is { } date && Seconds(stored.LastModified) <= date;

    private static bool Names(string tags, StoredObject stored) =>
        tags.Trim() == "*"
        || tags.Split(',', StringSplitOptions.TrimEntries)
            .Any(tag => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..].Trim('"') == stored.ETag : tag.Trim('"') == stored.ETag);

    /// <summary>A date that cannot be read is no condition (RFC 9110, section 13.1.3).</summary>
    private static DateTimeOffset? Date(string? text) =>
        DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var date)
            ? date
            : null;

    private static DateTimeOffset Seconds(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));
}
