using System.Xml.Linq;
using ImageApp.LocalAws.Signing;

namespace ImageApp.LocalAws.S3.Configuration;

/// <summary>Tags of a bucket or an object (S3 User Guide, "Categorizing your objects using tags").</summary>
internal static class TagSet
{
    public const int MaximumOfBucket = 50;
    public const int MaximumOfObject = 10;

    private const int MaximumKeyLength = 128;
    private const int MaximumValueLength = 256;

    /// <summary>Reads a document <c>Tagging</c>.</summary>
    /// <returns>The tags; null where there are none.</returns>
    /// <exception cref="AwsServiceException">A tag is not allowed.</exception>
    public static IReadOnlyDictionary<string, string>? Parse(XElement root, int maximum) =>
        ParseTags(root.Child("TagSet") ?? throw S3Errors.MalformedXml("Tagging must have the element TagSet."), maximum);

    /// <summary>Reads the elements <c>Tag</c> of <paramref name="set"/>.</summary>
    /// <returns>The tags; null where there are none.</returns>
    /// <exception cref="AwsServiceException">A tag is not allowed.</exception>
    public static IReadOnlyDictionary<string, string>? ParseTags(XElement set, int maximum) =>
        Validate([.. set.Children("Tag").Select(tag => (tag.RequiredText("Key"), tag.Text("Value") ?? ""))], maximum);

    /// <summary>Reads <c>x-amz-tagging</c>: tags as the parameters of a query.</summary>
    /// <returns>The tags; null where there are none.</returns>
    /// <exception cref="AwsServiceException">A tag is not allowed.</exception>
    public static IReadOnlyDictionary<string, string>? ParseHeader(string? header)
    {
        if (header is null)
        {
            return null;
        }

        var tags = header
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Select(pair => (Key: PercentEncoding.DecodeText(pair[0]), Value: pair.Length == 2 ? PercentEncoding.DecodeText(pair[1]) : ""))
            .ToList();
        return tags.DistinctBy(tag => tag.Key).Count() == tags.Count
            ? Validate(tags, MaximumOfObject)
            : throw S3Errors.InvalidArgument(
                "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.");
    }

    public static XElement Render(IReadOnlyDictionary<string, string>? tags) =>
        S3Xml.Element(
            "Tagging",
            S3Xml.Element(
                "TagSet",
                tags?.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => S3Xml.Element(
                    "Tag",
                    S3Xml.Element("Key", tag.Key),
                    S3Xml.Element("Value", tag.Value)))));

    private static Dictionary<string, string>? Validate(List<(string Key, string Value)> given, int maximum)
    {
        var tags = new Dictionary<string, string>();
        foreach (var (key, value) in given)
        {
            if (key.Length is 0 or > MaximumKeyLength)
            {
                throw InvalidTag($"The TagKey you have provided is invalid: '{key}' has not 1 to {MaximumKeyLength} characters.");
            }

            if (value.Length > MaximumValueLength)
            {
                throw InvalidTag(
                    $"The TagValue you have provided is invalid: that of '{key}' has more than {MaximumValueLength} characters.");
            }

            if (key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
            {
                throw InvalidTag($"System tags cannot be added/updated by requester: '{key}'.");
            }

            if (!tags.TryAdd(key, value))
            {
                throw InvalidTag($"Cannot provide multiple Tags with the same key: '{key}'.");
            }
        }

        if (tags.Count > maximum)
        {
            throw new AwsServiceException(
                "BadRequest",
                $"{(maximum == MaximumOfObject ? "Object" : "Bucket")} tag count cannot be greater than {maximum}; there are "
                + $"{tags.Count}.");
        }

        return tags.Count == 0 ? null : tags;
    }

    private static AwsServiceException InvalidTag(string message) => new("InvalidTag", message);
}
