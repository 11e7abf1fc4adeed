using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace ImageApp.Core.Catalogue;

/// <summary>A keyset cursor: the last row a page showed. Stays right while rows come and go.</summary>
/// <param name="At">The row's time in milliseconds since 1970-01-01, negative before it; its place in an album's own order.</param>
/// <param name="Id">The row's id.</param>
public readonly record struct PageCursor(long At, long Id)
{
    internal DateTime Time => DateTime.UnixEpoch.AddMilliseconds(At);

    /// <summary>The cursor of a row by its time, taken as if it were UTC; null without a time.</summary>
    public static PageCursor? Of(DateTime? time, long id) =>
        time is { } at ? new PageCursor((long)(at - DateTime.UnixEpoch).TotalMilliseconds, id) : null;

    /// <summary>The cursor as an opaque token for URLs.</summary>
    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{At}.{Id}")));

    /// <summary>Reads a token that <see cref="ToString"/> made.</summary>
    /// <returns>False where the text is no such token.</returns>
    public static bool TryParse(string? text, out PageCursor cursor)
    {
        cursor = default;
        if (string.IsNullOrEmpty(text) || text.Length > 80 || !Base64Url.IsValid(text))
        {
            return false;
        }

        var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text)).Split('.');
        if (parts.Length != 2
            || !long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var at)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            || at > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() || at < DateTimeOffset.MinValue.ToUnixTimeMilliseconds())
        {
            return false;
        }

        cursor = new PageCursor(at, id);
        return true;
    }
}
