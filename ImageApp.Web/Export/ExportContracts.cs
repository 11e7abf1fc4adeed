using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageApp.Web.Export;

/// <summary>What <c>gallery.json</c> of an export says.</summary>
/// <param name="Version">The version of this form; 1.</param>
/// <param name="ExportedAt">When it was made.</param>
/// <param name="Pictures">Every picture.</param>
/// <param name="Albums">Every album.</param>
internal sealed record ExportManifest(
    int Version,
    DateTimeOffset? ExportedAt,
    IReadOnlyList<ExportedPicture>? Pictures,
    IReadOnlyList<ExportedAlbum>? Albums);

/// <summary>A picture of an export.</summary>
internal sealed record ExportedPicture
{
    /// <summary>The original's entry in the archive; null where the bucket no longer had it.</summary>
    public string? File { get; init; }

    /// <summary>Its name in the gallery, from which the entry's may differ.</summary>
    public string? FileName { get; init; }

    /// <summary>Its media type.</summary>
    public string? ContentType { get; init; }

    /// <summary>SHA-256 of the original, hexadecimal.</summary>
    public string? Sha256 { get; init; }

    /// <summary>When it was added.</summary>
    public DateTimeOffset? AddedAt { get; init; }

    /// <summary>When it was taken, in local time.</summary>
    public DateTime? TakenAt { get; init; }

    /// <summary>Width in pixels.</summary>
    public int? Width { get; init; }

    /// <summary>Height in pixels.</summary>
    public int? Height { get; init; }

    /// <summary>What it shows.</summary>
    public string? Caption { get; init; }

    /// <summary>Which model wrote the caption; null where a person did.</summary>
    public string? CaptionModel { get; init; }

    /// <summary>The BCP 47 tag of the caption's language.</summary>
    public string? CaptionLanguage { get; init; }

    /// <summary>When the caption was written.</summary>
    public DateTimeOffset? CaptionAt { get; init; }

    /// <summary>Whether it has the owner's star.</summary>
    public bool Favourite { get; init; }

    /// <summary>The camera.</summary>
    public string? Camera { get; init; }

    /// <summary>The lens.</summary>
    public string? Lens { get; init; }

    /// <summary>The exposure time in seconds.</summary>
    public double? ExposureTime { get; init; }

    /// <summary>The aperture.</summary>
    public double? FNumber { get; init; }

    /// <summary>The sensitivity.</summary>
    public int? Iso { get; init; }

    /// <summary>The focal length in millimetres.</summary>
    public double? FocalLength { get; init; }

    /// <summary>Degrees north.</summary>
    public double? Latitude { get; init; }

    /// <summary>Degrees east.</summary>
    public double? Longitude { get; init; }
}

/// <summary>An album of an export.</summary>
/// <param name="Title">What it is called.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Cover">The picture on its cover, by its entry.</param>
/// <param name="Pictures">Its pictures in their order, by their entries.</param>
internal sealed record ExportedAlbum(string? Title, DateTimeOffset? CreatedAt, string? Cover, IReadOnlyList<string>? Pictures);

/// <summary>What became of an import.</summary>
/// <param name="Imported">Pictures that are new here.</param>
/// <param name="AlreadyHere">Pictures whose content was here already.</param>
/// <param name="Completed">Of those, the ones that got a caption or a star which they did not have.</param>
/// <param name="Albums">Albums that were made.</param>
/// <param name="Refused">Files that were not taken.</param>
/// <param name="Problems">Why not, of the first of them.</param>
public sealed record ImportResponse(
    int Imported, int AlreadyHere, int Completed, int Albums, int Refused, IReadOnlyList<string> Problems);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(ExportManifest))]
[JsonSerializable(typeof(ImportResponse))]
internal sealed partial class ExportJson : JsonSerializerContext;
