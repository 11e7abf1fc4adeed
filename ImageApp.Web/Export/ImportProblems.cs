using System.Globalization;
using ImageApp.Web.Hosting;

namespace ImageApp.Web.Export;

/// <summary>Why an archive is not taken, in a person's words, with what is allowed.</summary>
internal static class ImportProblems
{
    public static ApiProblem NoArchive(string? contentType) => new(
        "no-archive", StatusCodes.Status415UnsupportedMediaType, "There is no archive",
        $"The content type is '{contentType}'; send a zip as application/zip, or as the part 'file' of multipart/form-data.");

    public static ApiProblem Malformed(string reason) => new(
        "malformed-request", StatusCodes.Status400BadRequest, "The request could not be read",
        $"The body is cut short or malformed: {reason}");

    public static ApiProblem TooLarge(ImportOptions options) => new(
        "archive-too-large", StatusCodes.Status413PayloadTooLarge, "The archive is too large",
        $"An archive may have {Gigabytes(options.MaxBytes)}, and {Gigabytes(options.MaxUnpackedBytes)} when it is unpacked. "
            + "Import it in parts.");

    public static ApiProblem TooMany() => new(
        "archive-too-many", StatusCodes.Status413PayloadTooLarge, "The archive has too many files",
        $"The list of an archive's files may have {ZipDirectory.MaxBytes / 1_000_000} MB, enough for a hundred thousand pictures. "
            + "Import it in parts.");

    public static ApiProblem NotAnArchive(string reason) => new(
        "not-an-archive", StatusCodes.Status400BadRequest, "Not a zip that can be read",
        $"The file is no zip, or a damaged one: {reason}");

    public static ApiProblem NoSpace() => new(
        "no-space", StatusCodes.Status507InsufficientStorage, "There is not enough space",
        "The archive does not fit into the folder for temporary files. Import it in parts, or make space there.");

    private static string Gigabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.###} GB");
}
