using System.Xml.Linq;

namespace ImageApp.LocalAws.S3.Configuration;

/// <summary>A bucket's tags.</summary>
internal static class BucketTags
{
    private const int MaximumTags = 50;

    public static IReadOnlyDictionary<string, string> Parse(XElement root)
    {
        var tags = new Dictionary<string, string>();
        foreach (var tag in root.Child("TagSet")?.Children("Tag") ?? throw S3Errors.MalformedXml("Tagging must have the element TagSet."))
        {
            if (!tags.TryAdd(tag.RequiredText("Key"), tag.Text("Value") ?? ""))
            {
                throw new AwsServiceException("InvalidTag", $"Cannot provide multiple Tags with the same key: '{tag.Text("Key")}'.");
            }
        }

        return tags.Count <= MaximumTags ? tags : throw new AwsServiceException("InvalidTag", $"A bucket has at most {MaximumTags} tags.");
    }

    public static XElement Render(IReadOnlyDictionary<string, string> tags) =>
        S3Xml.Element(
            "Tagging",
            S3Xml.Element(
                "TagSet",
                tags.Select(tag => S3Xml.Element("Tag", S3Xml.Element("Key", tag.Key), S3Xml.Element("Value", tag.Value)))));
}
