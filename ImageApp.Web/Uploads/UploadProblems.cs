using System.Globalization;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Core.Formats;
using ImageApp.Web.Hosting;

namespace ImageApp.Web.Uploads;

/// <summary>Why a file is not taken, in a person's words, with what is allowed.</summary>
internal static class UploadProblems
{
    public static ApiProblem Empty(string fileName) => new(
        "empty-file", StatusCodes.Status400BadRequest, "The file is empty",
        $"'{fileName}' has no content. Choose a {ImageFormat.AllNames} file.")
    {
        FileName = fileName,
    };

    public static ApiProblem TooLarge(string fileName, ImageLimits limits) => new(
        "file-too-large", StatusCodes.Status413PayloadTooLarge, "The file is too large",
        $"'{fileName}' is larger than {Megabytes(limits.MaxBytes)}, the most a file may have.")
    {
        FileName = fileName,
    };

    /// <summary>The content is none of the formats.</summary>
    /// <param name="fileName">The file's name.</param>
    /// <param name="start">Its first bytes, which tell what it is instead; none where they are not known.</param>
    public static ApiProblem Unsupported(string fileName, ReadOnlySpan<byte> start) => new(
        "unsupported-format", StatusCodes.Status415UnsupportedMediaType, "Not an image this gallery takes",
        $"'{fileName}' cannot be taken. {(start.IsEmpty ? RefusedFormat.UnknownSentence : RefusedFormat.SentenceFor(start))}")
    {
        FileName = fileName,
    };

    public static ApiProblem TooMany(string fileName, ImageLimits limits) => new(
        "too-many-files", StatusCodes.Status400BadRequest, "Too many files at once",
        string.Create(
            CultureInfo.InvariantCulture,
            $"'{fileName}' was left out: at most {limits.MaxFilesPerRequest} files are taken at once. Upload it again by itself."))
    {
        FileName = fileName,
    };

    public static ApiProblem NoFile() => new(
        "no-file", StatusCodes.Status400BadRequest, "There is no file", "Send multipart/form-data with one or more parts named 'file'.");

    public static ApiProblem Malformed(string reason) => new(
        "malformed-request", StatusCodes.Status400BadRequest, "The request could not be read",
        $"The multipart body is cut short or malformed: {reason}");

    public static ApiProblem NotMultipart(string? contentType) => new(
        "not-multipart", StatusCodes.Status415UnsupportedMediaType, "Not a form with files",
        $"The content type is '{contentType}'; send multipart/form-data with one or more parts named 'file'.");

    /// <summary>There is a picture with the same content.</summary>
    public static ApiProblem AlreadyHere(string fileName, ImageRecord image) => new(
        "already-here", StatusCodes.Status409Conflict, "The picture is here already",
        image.FileName == fileName ? "This picture is here already." : $"This picture is here already, as '{image.FileName}'.")
    {
        FileName = fileName,
        More = new Dictionary<string, string?> { ["id"] = image.Id.ToString(CultureInfo.InvariantCulture) },
    };

    public static ApiProblem BadHash(string fileName) => new(
        "bad-hash", StatusCodes.Status400BadRequest, "Not a SHA-256", "sha256 is 32 bytes in base64; leave it out where there is none.")
    {
        FileName = fileName,
    };

    public static ApiProblem StorageAway(string fileName) => new(
        "storage-unavailable", StatusCodes.Status503ServiceUnavailable, "The storage is away",
        $"'{fileName}' could not be stored right now. Please try again in a moment.")
    {
        FileName = fileName,
    };

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_000_000.0:0.#} MB");
}
