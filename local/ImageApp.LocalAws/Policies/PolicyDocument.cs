using System.Text.Json;
using ImageApp.LocalAws.Protocols;

namespace ImageApp.LocalAws.Policies;

/// <summary>A parsed policy.</summary>
internal sealed record PolicyDocument(IReadOnlyList<PolicyStatement> Statements)
{
    /// <summary>
    /// The version whose policy variables, <c>${aws:SourceAccount}</c>, are replaced; in the older one they are plain text.
    /// </summary>
    public const string CurrentVersion = "2012-10-17";

    private const string OldVersion = "2008-10-17";

    public static PolicyDocument Parse(string text)
    {
        JsonDocument json;
        try
        {
            // A repeated element would leave it open which one counts, so it is refused rather than the last one taken.
            json = JsonText.ParseDocument(text);
        }
        catch (JsonException failure)
        {
            throw Malformed($"it is not JSON: {failure.Message}");
        }

        using (json)
        {
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw Malformed($"it is a JSON {root.ValueKind}, not an object.");
            }

            var version = OldVersion;
            JsonElement? statement = null;
            foreach (var element in root.EnumerateObject())
            {
                switch (element.Name)
                {
                    case "Version":
                        version = Text(element.Value, "Version");
                        if (version is not (CurrentVersion or OldVersion))
                        {
                            throw Malformed($"Version is '{version}'; allowed are '{CurrentVersion}' and '{OldVersion}'.");
                        }

                        break;
                    case "Id":
                        Text(element.Value, "Id");
                        break;
                    case "Statement":
                        statement = element.Value;
                        break;
                    default:
                        throw Malformed($"'{element.Name}' is no element of a policy; allowed are Version, Id and Statement.");
                }
            }

            return new PolicyDocument(ParseStatements(statement ?? throw Malformed("Statement is missing."), version == CurrentVersion));
        }
    }

    public static AwsServiceException Malformed(string what) => new("MalformedPolicy", "The policy is malformed: " + what);

    public static string Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw Malformed($"{name} must be a string but is a JSON {value.ValueKind}.");

    private static List<PolicyStatement> ParseStatements(JsonElement element, bool withVariables)
    {
        var statements = element.ValueKind switch
        {
            JsonValueKind.Object => [PolicyStatement.Parse(element, "Statement", withVariables)],
            JsonValueKind.Array => element
                .EnumerateArray()
                .Select((item, index) => PolicyStatement.Parse(item, $"Statement[{index}]", withVariables))
                .ToList(),
            _ => throw Malformed($"Statement must be an object or a list of objects but is a JSON {element.ValueKind}."),
        };
        if (statements.Count == 0)
        {
            throw Malformed("Statement is an empty list.");
        }

        var repeated = statements
            .Where(statement => !string.IsNullOrEmpty(statement.Sid))
            .GroupBy(statement => statement.Sid)
            .FirstOrDefault(group => group.Count() > 1);
        return repeated is null ? statements : throw Malformed($"the Sid '{repeated.Key}' is used by more than one statement.");
    }
}
