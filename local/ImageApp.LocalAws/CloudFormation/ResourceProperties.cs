using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation.Templates;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>What a resource type says of properties: which there are, and which changes need a new resource.</summary>
internal static class ResourceProperties
{
    /// <exception cref="AwsServiceException">A property is not one of the type's.</exception>
    public static void Check(IResourceTypeHandler handler, string logicalId, JsonObject properties)
    {
        var unknown = Unknown(handler.Properties, properties, "", "#").ToList();
        if (unknown.Count > 0)
        {
            throw new AwsServiceException(
                "InvalidRequest",
                $"Properties validation failed for resource {logicalId} with message: {string.Join("; ", unknown)}. Encountered "
                + $"unsupported property of {handler.TypeName}");
        }
    }

    private static IEnumerable<string> Unknown(IReadOnlySet<string> known, JsonNode? node, string path, string pointer)
    {
        switch (node)
        {
            case JsonArray items:
                return items.SelectMany((item, i) => Unknown(known, item, path, $"{pointer}/{i}"));
            case JsonObject members:
                return members.SelectMany(member =>
                {
                    var inner = path.Length == 0 ? member.Key : $"{path}.{member.Key}";
                    return IsKnown(known, inner)
                        ? Unknown(known, member.Value, inner, $"{pointer}/{member.Key}")
                        : [$"{pointer}: extraneous key [{member.Key}] is not permitted"];
                });
            default:
                return [];
        }
    }

    private static bool IsKnown(IReadOnlySet<string> known, string path) => known.Any(name =>
        name == path
        || name.StartsWith(path + ".", StringComparison.Ordinal)
        || (name.EndsWith(".*", StringComparison.Ordinal) && path.StartsWith(name[..^1], StringComparison.Ordinal)));

    /// <summary>
    /// A copy of the properties, with a stack's tags beside those of the template; where both have a key, the template's counts.
    /// </summary>
    public static JsonObject WithTags(JsonObject properties, IReadOnlyDictionary<string, string> stackTags)
    {
        var copy = (JsonObject)properties.DeepClone();
        if (stackTags.Count == 0)
        {
            return copy;
        }

        var tags = copy["Tags"] as JsonArray ?? [];
        foreach (var (key, value) in stackTags.Where(tag => !tags.Any(own => own?["Key"]?.ToString() == tag.Key)).ToList())
        {
            tags.Add((JsonNode)new JsonObject { ["Key"] = key, ["Value"] = value });
        }

        copy["Tags"] = tags;
        return copy;
    }

    /// <summary>The properties that differ, nested ones with dots and without list indexes.</summary>
    public static IReadOnlyList<string> Differences(JsonObject left, JsonObject right)
    {
        var paths = new List<string>();
        Compare(left, right, "", paths);
        return [.. paths.Distinct(StringComparer.Ordinal)];
    }

    private static void Compare(JsonNode? left, JsonNode? right, string path, List<string> paths)
    {
        switch (left, right)
        {
            case (JsonObject l, JsonObject r):
                foreach (var name in l.Select(member => member.Key).Union(r.Select(member => member.Key), StringComparer.Ordinal))
                {
                    Compare(l[name], r[name], path.Length == 0 ? name : $"{path}.{name}", paths);
                }

                break;
            case (JsonArray l, JsonArray r) when l.Count == r.Count:
                for (var i = 0; i < l.Count; i++)
                {
                    Compare(l[i], r[i], path, paths);
                }

                break;
            case var _ when !ScalarText.Same(left, right):
                paths.Add(path);
                break;
        }
    }

    /// <summary>Whether a change of the property at <paramref name="path"/> needs a new resource.</summary>
    public static bool NeedsReplacement(IResourceTypeHandler handler, string path) => handler.ReplacementProperties.Any(name =>
        name == path
        || name.StartsWith(path + ".", StringComparison.Ordinal)
        || path.StartsWith(name + ".", StringComparison.Ordinal));
}
