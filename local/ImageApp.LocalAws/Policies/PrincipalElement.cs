using System.Text.Json;

namespace ImageApp.LocalAws.Policies;

/// <summary>The principals a statement names.</summary>
internal sealed class PrincipalElement
{
    private const string ServiceSuffix = ".amazonaws.com";

    private readonly bool _everyone;
    private readonly IReadOnlyList<string> _aws;
    private readonly IReadOnlyList<string> _services;

    private PrincipalElement(bool everyone, IReadOnlyList<string> aws, IReadOnlyList<string> services)
    {
        _everyone = everyone;
        _aws = aws;
        _services = services;
    }

    public static PrincipalElement Parse(JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString() == "*"
                ? new PrincipalElement(true, [], [])
                : throw PolicyDocument.Malformed(
                    $"{name} is '{value.GetString()}'; as a string only '*' is allowed, else an object such as "
                    + $"{{\"Service\": \"sns.amazonaws.com\"}}.");
        }

        if (value.ValueKind != JsonValueKind.Object || !value.EnumerateObject().Any())
        {
            throw PolicyDocument.Malformed($"{name} must be '*' or an object with AWS, Service, Federated or CanonicalUser.");
        }

        List<string> aws = [], services = [];
        foreach (var kind in value.EnumerateObject())
        {
            var kindName = $"{name}.{kind.Name}";
            var values = PolicyValues.Strings(kind.Value, kindName);
            switch (kind.Name)
            {
                case "AWS":
                    aws.AddRange(values.Select(principal => ValidAws(principal, kindName)));
                    break;
                case "Service":
                    services.AddRange(values.Select(service => ValidService(service, kindName)));
                    break;
                // Nobody signs in to a local AWS by these, so they are taken and match no caller.
                case "Federated" or "CanonicalUser":
                    break;
                default:
                    throw PolicyDocument.Malformed(
                        $"{kindName} is no kind of principal; allowed are AWS, Service, Federated and CanonicalUser.");
            }
        }

        return new PrincipalElement(aws.Contains("*"), aws, services);
    }

    public bool IsEveryone => _everyone;

    public bool Matches(string principal) =>
        // {"AWS": "*"} is the same as "*" in a resource policy, also for services: many queue policies rely on it together with
        // aws:SourceArn.
        _everyone
        || IsService(principal) && _services.Any(named => named == "*" || named == principal)
        || _aws.Any(named => MatchesAws(named, principal));

    /// <summary>The account of an ARN or account id; null for services and anonymous callers.</summary>
    public static string? AccountOf(string principal)
    {
        if (IsAccountId(principal))
        {
            return principal;
        }

        var parts = principal.Split(':', 6);
        return parts.Length == 6 && parts[0] == "arn" && IsAccountId(parts[4]) ? parts[4] : null;
    }

    private static bool MatchesAws(string named, string principal) =>
        named == principal
        || AccountOf(principal) is { } account && (named == account || IsRootOf(named, account));

    private static bool IsRootOf(string named, string account)
    {
        var parts = named.Split(':', 6);
        return parts.Length == 6 && parts[2] == "iam" && parts[4] == account && parts[5] == "root";
    }

    private static string ValidAws(string principal, string name)
    {
        var valid = principal == "*" || AccountOf(principal) is not null && !principal.Contains('*', StringComparison.Ordinal);
        return valid
            ? principal
            : throw PolicyDocument.Malformed(
                $"{name} has '{principal}'; allowed are an account of 12 digits, an IAM or STS ARN without wildcards, and '*'.");
    }

    private static string ValidService(string service, string name) =>
        service == "*" || IsService(service)
            ? service
            : throw PolicyDocument.Malformed($"{name} has '{service}'; a service principal is for example 'sns.amazonaws.com'.");

    private static bool IsService(string principal) =>
        principal.Length > ServiceSuffix.Length && principal.EndsWith(ServiceSuffix, StringComparison.Ordinal);

    private static bool IsAccountId(string text) => text.Length == 12 && text.All(char.IsAsciiDigit);
}
