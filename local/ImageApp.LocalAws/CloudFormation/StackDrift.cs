using System.Text.Json;
using System.Text.Json.Nodes;
using ImageApp.LocalAws.CloudFormation.Templates;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>A drift detection of a stack (CloudFormation API Reference, DescribeStackDriftDetectionStatus).</summary>
internal sealed record StackDrift
{
    public required string DetectionId { get; init; }

    /// <summary><c>DETECTION_COMPLETE</c> or <c>DETECTION_FAILED</c>.</summary>
    public required string DetectionStatus { get; init; }

    /// <summary><c>DRIFTED</c> or <c>IN_SYNC</c>.</summary>
    public required string StackDriftStatus { get; init; }

    public required int DriftedResources { get; init; }

    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Reason { get; init; }
}

/// <summary>How a resource differs from what its template says (data type StackResourceDrift).</summary>
internal sealed record ResourceDrift
{
    public const string InSync = "IN_SYNC";
    public const string Modified = "MODIFIED";
    public const string Deleted = "DELETED";
    public const string NotChecked = "NOT_CHECKED";

    public required string Status { get; init; }

    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The properties of the template, JSON; null where the type cannot be read.</summary>
    public string? Expected { get; init; }

    /// <summary>The same properties as they are, JSON; null where the resource is gone.</summary>
    public string? Actual { get; init; }

    /// <summary>Why it could not be checked.</summary>
    public string? Reason { get; init; }

    public IReadOnlyList<PropertyDifference> Differences { get; init; } = [];

    /// <summary>
    /// Compares what a template says with what there is. Only properties that the template gives count, since the others have their
    /// defaults; of a list and of a document, such as a policy, everything counts. A list of tags has no order.
    /// </summary>
    public static ResourceDrift Of(JsonObject expected, PresentResource? present, IReadOnlySet<string> properties, DateTimeOffset now)
    {
        if (present is null)
        {
            return new ResourceDrift { Status = Deleted, Timestamp = now, Expected = expected.ToJsonString() };
        }

        var actual = new JsonObject();
        var differences = new List<PropertyDifference>();
        foreach (var (name, wanted) in expected)
        {
            if (present.Properties[name] is { } found)
            {
                actual[name] = found.DeepClone();
            }

            if (name == "Tags")
            {
                CompareTags(wanted, actual[name], differences);
            }
            else
            {
                Compare(wanted, actual[name], "/" + Escaped(name), properties.Contains(name + ".*"), differences);
            }
        }

        return new ResourceDrift
        {
            Status = differences.Count == 0 ? InSync : Modified,
            Timestamp = now,
            Expected = expected.ToJsonString(),
            Actual = actual.ToJsonString(),
            Differences = differences,
        };
    }

    private static void Compare(JsonNode? wanted, JsonNode? found, string path, bool isDocument, List<PropertyDifference> differences)
    {
        switch (Document(wanted, found), Document(found, wanted))
        {
            case (JsonObject w, JsonObject f):
                var names = w.Select(member => member.Key);
                foreach (var name in isDocument ? names.Union(f.Select(member => member.Key), StringComparer.Ordinal) : names)
                {
                    Compare(w[name], f[name], $"{path}/{Escaped(name)}", isDocument, differences);
                }

                break;
            case (JsonArray w, JsonArray f):
                for (var i = 0; i < Math.Max(w.Count, f.Count); i++)
                {
                    Compare(i < w.Count ? w[i] : null, i < f.Count ? f[i] : null, $"{path}/{i}", isDocument, differences);
                }

                break;
            case var _ when !ScalarText.Same(wanted, found):
                differences.Add(PropertyDifference.Of(path, wanted, found));
                break;
        }
    }

    private static void CompareTags(JsonNode? wanted, JsonNode? found, List<PropertyDifference> differences)
    {
        var expected = (wanted as JsonArray ?? []).ToList();
        var actual = (found as JsonArray ?? []).ToList();
        foreach (var (index, tag) in expected.Index())
        {
            if (!actual.Any(other => ScalarText.Same(other, tag)))
            {
                var other = actual.FirstOrDefault(other => ScalarText.Same(other?["Key"], tag?["Key"]));
                differences.Add(
                    other is null
                        ? PropertyDifference.Of($"/Tags/{index}", tag, null)
                        : PropertyDifference.Of($"/Tags/{index}/Value", tag?["Value"], other["Value"]));
            }
        }

        foreach (var (index, tag) in actual.Index())
        {
            if (!expected.Any(other => ScalarText.Same(other?["Key"], tag?["Key"])))
            {
                differences.Add(PropertyDifference.Of($"/Tags/{index}", null, tag));
            }
        }
    }

    /// <summary>Where one side is a text that holds a JSON document, as a policy may be written, the document counts.</summary>
    private static JsonNode? Document(JsonNode? node, JsonNode? other)
    {
        if (other is not (JsonObject or JsonArray) || !ScalarText.TryText(node, out var text))
        {
            return node;
        }

        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return node;
        }
    }

    /// <summary>As a JSON pointer writes a name (RFC 6901, section 3).</summary>
    private static string Escaped(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}

/// <summary>A property that is not what the template says (data type PropertyDifference).</summary>
/// <param name="Path">A JSON pointer from the resource's properties.</param>
/// <param name="Expected">The template's value.</param>
/// <param name="Actual">The resource's value.</param>
/// <param name="Type"><c>ADD</c>, <c>REMOVE</c> or <c>NOT_EQUAL</c>.</param>
internal sealed record PropertyDifference(string Path, string Expected, string Actual, string Type)
{
    public static PropertyDifference Of(string path, JsonNode? expected, JsonNode? actual) =>
        new(path, Text(expected), Text(actual), expected is null ? "ADD" : actual is null ? "REMOVE" : "NOT_EQUAL");

    private static string Text(JsonNode? node) => ScalarText.TryText(node, out var text) ? text : node?.ToJsonString() ?? "null";
}
