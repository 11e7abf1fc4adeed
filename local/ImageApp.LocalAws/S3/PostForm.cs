using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ImageApp.LocalAws.S3;

/// <summary>
/// The form of an upload from a page, up to its file (S3 API Reference, "POST Object"): what follows the file is not read.
/// </summary>
/// <param name="fields">The fields in the order they came.</param>
/// <param name="fileName">The name of the file, without folders.</param>
/// <param name="file">The bytes of the file.</param>
internal sealed class PostForm(IReadOnlyList<KeyValuePair<string, string>> fields, string fileName, Stream file)
{
    /// <summary>The most bytes of all fields together (S3 API Reference, "POST Object").</summary>
    private const int MaximumFieldBytes = 20 * 1024;

    private const string FileField = "file";
    private const string KeyField = "key";
    private const string FileNameVariable = "${filename}";

    public Stream File => file;

    public IEnumerable<string> Names => fields.Select(pair => pair.Key);

    /// <summary>The key, with the name of the file where the form asks for it.</summary>
    public string Key => Required(KeyField).Replace(FileNameVariable, fileName, StringComparison.Ordinal);

    /// <summary>A field, whatever the case of its name; null where it is missing or empty.</summary>
    public string? Field(string name) =>
        fields.FirstOrDefault(pair => pair.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value is { Length: > 0 } value
            ? value
            : null;

    /// <summary>A field that must be there.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidArgument</c>.</exception>
    public string Required(string name) =>
        Field(name)
        ?? throw Invalid($"Bucket POST must contain a field named '{name}'. If it is specified, please check the order of the fields.");

    /// <summary>Reads the fields before the file.</summary>
    /// <exception cref="AwsServiceException">It is no such form.</exception>
    public static async Task<PostForm> ReadAsync(Stream body, string boundary, CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(boundary, body);
        var fields = new List<KeyValuePair<string, string>>();
        var size = 0;
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                var disposition = section.GetContentDispositionHeader();
                var name = HeaderUtilities.RemoveQuotes(disposition?.Name ?? default).Value ?? throw Malformed("a part has no name");
                if (name.Equals(FileField, StringComparison.OrdinalIgnoreCase))
                {
                    return new PostForm(fields, FileName(disposition!), section.Body);
                }

                var value = await ReadFieldAsync(section.Body, MaximumFieldBytes - size, cancellationToken);
                size += name.Length + value.Length;
                fields.Add(KeyValuePair.Create(name, value));
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            throw Malformed(exception.Message);
        }

        throw Invalid("POST requires exactly one file upload per request.");
    }

    private static async Task<string> ReadFieldAsync(Stream section, int maximum, CancellationToken cancellationToken)
    {
        using var value = new MemoryStream();
        var buffer = new byte[4096];
        for (int count; (count = await section.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (value.Length + count > maximum)
            {
                throw new AwsServiceException(
                    "MaxPostPreDataLengthExceeded",
                    $"Your POST request fields preceding the upload file were too large: {MaximumFieldBytes} bytes are allowed.");
            }

            value.Write(buffer, 0, count);
        }

        return Encoding.UTF8.GetString(value.GetBuffer().AsSpan(0, (int)value.Length));
    }

    // Some browsers sent the path of the file.
    private static string FileName(ContentDispositionHeaderValue disposition)
    {
        var name = HeaderUtilities.RemoveQuotes(disposition.FileName).Value ?? "";
        return name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
    }

    private static AwsServiceException Invalid(string message) => S3Errors.InvalidArgument(message);

    private static AwsServiceException Malformed(string why) =>
        new("MalformedPOSTRequest", $"The body of your POST request is not well-formed multipart/form-data: {why}.");
}
