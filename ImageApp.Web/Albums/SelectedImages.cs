using System.Globalization;

namespace ImageApp.Web.Albums;

/// <summary>The pictures that a form names in its fields <c>id</c>.</summary>
internal static class SelectedImages
{
    /// <summary>How many are taken at once.</summary>
    public const int Most = 1000;

    /// <summary>Their ids; what is no id is left out.</summary>
    public static IReadOnlyList<long> Of(IFormCollection form) =>
    [
        .. form["id"].SelectMany(value => (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
            .Select(part => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0)
            .Distinct()
            .Take(Most),
    ];
}
