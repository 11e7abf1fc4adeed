namespace ImageApp.Imaging;

/// <summary>A place on Earth (WGS 84), as a camera's receiver wrote it.</summary>
/// <param name="Latitude">Degrees, north positive.</param>
/// <param name="Longitude">Degrees, east positive.</param>
/// <param name="Altitude">Metres above sea level; null where unknown.</param>
public sealed record GeoPosition(double Latitude, double Longitude, double? Altitude)
{
    internal static GeoPosition? Read(ExifReader exif)
    {
        const ExifReader.Directory gps = ExifReader.Directory.Gps;
        if (Degrees(exif.Rationals(gps, 2), exif.Text(gps, 1), "S", 90) is not { } latitude
            || Degrees(exif.Rationals(gps, 4), exif.Text(gps, 3), "W", 180) is not { } longitude)
        {
            return null;
        }

        // Exactly 0, 0 is in the sea, and what receivers without a fix write.
        var altitude = exif.Rational(gps, 6) is { } metres ? exif.Number(gps, 5) is 1 or 3 ? -metres : metres : (double?)null;
        return latitude == 0 && longitude == 0 ? null : new GeoPosition(latitude, longitude, altitude);
    }

    // Degrees, minutes, seconds; the latter may be left out where the former have fractions.
    private static double? Degrees(IReadOnlyList<double> parts, string? hemisphere, string negative, double most)
    {
        if (parts.Count == 0 || hemisphere is null)
        {
            return null;
        }

        var degrees = parts[0] + (parts.ElementAtOrDefault(1) / 60) + (parts.ElementAtOrDefault(2) / 3600);
        return degrees > most || degrees < 0 ? null
            : hemisphere.StartsWith(negative, StringComparison.OrdinalIgnoreCase) ? -degrees : degrees;
    }
}
