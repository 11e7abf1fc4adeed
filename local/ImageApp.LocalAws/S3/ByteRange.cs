using System.Globalization;
using System.Net;

namespace ImageApp.LocalAws.S3;

/// <summary>A range of an object's bytes.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">How many bytes.</param>
internal readonly record struct ByteRange(long Offset, long Length)
{
    private const string Unit = "bytes=";

    /// <summary>As in <c>Content-Range</c>.</summary>
    public string ContentRange(long size) => string.Create(CultureInfo.InvariantCulture, $"bytes {Offset}-{Offset + Length - 1}/{size}");

    /// <summary>
    /// Reads a <c>Range</c> header; null where it is missing, has several ranges or cannot be read, which means the whole object (RFC 9110,
    /// section 14.2).
    /// </summary>
    /// <exception cref="AwsServiceException"><c>InvalidRange</c>: the object has none of it.</exception>
    public static ByteRange? Parse(string? header, long size)
    {
        if (
            header is null
            || !header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase)
            || header[Unit.Length..].Split('-') is not [var first, var last])
        {
            return null;
        }

        if (first.Trim().Length == 0)
        {
            return TryParse(last, out var suffix)
                ? suffix > 0 && size > 0
                    ? new ByteRange(Math.Max(0, size - suffix), Math.Min(suffix, size))
                    : throw NotSatisfiable(header, size)
                : null;
        }

        var end = long.MaxValue;
        if (!TryParse(first, out var begin) || (last.Trim().Length > 0 && (!TryParse(last, out end) || end < begin)))
        {
            return null;
        }

        return begin < size ? new ByteRange(begin, Math.Min(end, size - 1) - begin + 1) : throw NotSatisfiable(header, size);
    }

    /// <summary>Reads <c>x-amz-copy-source-range</c>, which unlike <c>Range</c> is exactly one range within the source.</summary>
    /// <exception cref="AwsServiceException">
    /// <c>InvalidArgument</c>: it is no such range; <c>InvalidRange</c>: the source ends before it.
    /// </exception>
    public static ByteRange ParseCopySource(string header, long size)
    {
        if (
            !header.StartsWith(Unit, StringComparison.Ordinal)
            || header[Unit.Length..].Split('-') is not [var first, var last]
            || !TryParse(first, out var begin)
            || !TryParse(last, out var end)
            || end < begin)
        {
            throw S3Errors.InvalidArgument(
                "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based "
                + $"offsets of the first and last bytes to copy; it is '{header}'.");
        }

        return end < size
            ? new ByteRange(begin, end - begin + 1)
            : throw new AwsServiceException(
                "InvalidRange",
                $"Range specified is not valid for source object of size: {size}; it is '{header}'.");
    }

    private static bool TryParse(string text, out long value) =>
        long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static AwsServiceException NotSatisfiable(string header, long size) =>
        new(
            "InvalidRange",
            $"The requested range is not satisfiable: '{header}' of {size} bytes.",
            HttpStatusCode.RequestedRangeNotSatisfiable);
}
