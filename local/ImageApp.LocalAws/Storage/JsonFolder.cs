using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ImageApp.LocalAws.Storage;

/// <summary>A folder of JSON files, one for each thing that seldom changes: a topic, a queue, a function, a stack.</summary>
internal sealed class JsonFolder<TValue>(string folder, JsonTypeInfo<TValue> typeInfo)
    where TValue : class
{
    private const string Extension = ".json";

    // File systems allow 255 bytes; up to this length earlier versions could write the whole name.
    private const int MaximumNameLength = 212;

    /// <summary>Reads every file.</summary>
    /// <exception cref="InvalidDataException">A file is damaged; names it.</exception>
    public IEnumerable<TValue> Load()
    {
        Directory.CreateDirectory(folder);
        foreach (var path in Directory.EnumerateFiles(folder, "*" + Extension))
        {
            TValue? value;
            try
            {
                value = JsonSerializer.Deserialize(File.ReadAllBytes(path), typeInfo);
            }
            catch (JsonException failure)
            {
                throw new InvalidDataException(
                    $"{path} is damaged: {failure.Message} Restore the file, or delete it to start without it.",
                    failure);
            }

            yield return value ?? throw new InvalidDataException($"{path} is damaged: it holds null.");
        }
    }

    /// <summary>Writes a file; done when it is on disk.</summary>
    public Task SaveAsync(string name, TValue value, CancellationToken cancellationToken) =>
        AtomicFile.WriteAsync(PathOf(name), JsonSerializer.SerializeToUtf8Bytes(value, typeInfo), cancellationToken);

    /// <summary>Deletes a file; one that is gone is no error.</summary>
    public void Delete(string name) => File.Delete(PathOf(name));

    private string PathOf(string name) => Path.Combine(folder, (name.Length <= MaximumNameLength ? name : Shortened(name)) + Extension);

    /// <summary>A name of its own that is short enough; the whole one is in the file.</summary>
    private static string Shortened(string name) =>
        $"{name[..100]}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))}";
}
