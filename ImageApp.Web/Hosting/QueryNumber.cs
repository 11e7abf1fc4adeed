using System.Globalization;

namespace ImageApp.Web.Hosting;

/// <summary>A number that an address tells a page. Read from text, since the renderer takes one that is none for a fault.</summary>
internal static class QueryNumber
{
    /// <summary>The number; null where there is none.</summary>
    public static int? Of(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
