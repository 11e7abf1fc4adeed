using System.Globalization;
using System.Net;

namespace ImageApp.LocalAws.Policies;

/// <summary>A condition operator (IAM User Guide, "IAM JSON policy elements: Condition operators").</summary>
internal sealed class ConditionOperator
{
    private readonly Func<string, string, bool> _test;
    private readonly bool _negated;
    private readonly bool _ifExists;
    private readonly bool _isNull;

    private ConditionOperator(Func<string, string, bool> test, bool negated, bool ifExists, bool isNull)
    {
        _test = test;
        _negated = negated;
        _ifExists = ifExists;
        _isNull = isNull;
    }

    /// <summary>Reads an operator's name, for example <c>ArnLike</c> or <c>StringEqualsIfExists</c>.</summary>
    /// <exception cref="AwsServiceException"><c>MalformedPolicy</c>: there is no such operator.</exception>
    public static ConditionOperator Parse(string name)
    {
        // Every key here has one value, for which the set operators and the plain one agree.
        var plain = name.Replace("ForAnyValue:", "", StringComparison.Ordinal).Replace("ForAllValues:", "", StringComparison.Ordinal);
        var ifExists = plain.EndsWith("IfExists", StringComparison.Ordinal);
        plain = ifExists ? plain[..^"IfExists".Length] : plain;
        return plain switch
        {
            "StringEquals" => Make(string.Equals),
            "StringNotEquals" => Make(string.Equals, negated: true),
            "StringEqualsIgnoreCase" => Make((a, b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase)),
            "StringNotEqualsIgnoreCase" => Make((a, b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase), negated: true),
            "StringLike" => Make((pattern, value) => Wildcard.Matches(pattern, value)),
            "StringNotLike" => Make((pattern, value) => Wildcard.Matches(pattern, value), negated: true),
            "ArnEquals" or "ArnLike" => Make(ArnMatches),
            "ArnNotEquals" or "ArnNotLike" => Make(ArnMatches, negated: true),
            "Bool" => Make((a, b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase)),
            "NumericEquals" => Make((a, b) => Number(b) == Number(a)),
            "NumericNotEquals" => Make((a, b) => Number(b) == Number(a), negated: true),
            "NumericLessThan" => Make((a, b) => Number(b) < Number(a)),
            "NumericLessThanEquals" => Make((a, b) => Number(b) <= Number(a)),
            "NumericGreaterThan" => Make((a, b) => Number(b) > Number(a)),
            "NumericGreaterThanEquals" => Make((a, b) => Number(b) >= Number(a)),
            "DateLessThan" => Make((a, b) => Date(b) < Date(a)),
            "DateLessThanEquals" => Make((a, b) => Date(b) <= Date(a)),
            "DateGreaterThan" => Make((a, b) => Date(b) > Date(a)),
            "DateGreaterThanEquals" => Make((a, b) => Date(b) >= Date(a)),
            "IpAddress" => Make(InNetwork),
            "NotIpAddress" => Make(InNetwork, negated: true),
            "Null" => new ConditionOperator((_, _) => false, false, false, isNull: true),
            _ => throw ResourcePolicy.Malformed($"there is no condition operator '{name}'."),
        };

        ConditionOperator Make(Func<string, string, bool> test, bool negated = false) => new(test, negated, ifExists, isNull: false);
    }

    /// <summary>Whether the condition holds: any of <paramref name="values"/> suffices, for a negated operator none may match.</summary>
    public bool Holds(string key, IReadOnlyList<string> values, IReadOnlyDictionary<string, string> context)
    {
        var actual = context.FirstOrDefault(entry => entry.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).Value;
        if (_isNull)
        {
            return values.Any(value => bool.TryParse(value, out var mustBeMissing) && mustBeMissing == actual is null);
        }

        // A key that is not there satisfies only the negated operators and those with IfExists.
        return actual is null ? _ifExists || _negated : _negated != values.Any(value => _test(value, actual));
    }

    // The six parts of an ARN are compared one by one, so that a * does not reach over a colon.
    private static bool ArnMatches(string pattern, string value)
    {
        var patterns = pattern.Split(':', 6);
        var parts = value.Split(':', 6);
        return patterns.Length == 6 && parts.Length == 6 && patterns.Zip(parts).All(pair => Wildcard.Matches(pair.First, pair.Second));
    }

    private static decimal? Number(string text) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DateTimeOffset? Date(string text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;

    private static bool InNetwork(string network, string address) =>
        IPAddress.TryParse(address, out var ip)
        && (IPNetwork.TryParse(network, out var range) ? range.Contains(ip) : IPAddress.TryParse(network, out var single) && single.Equals(ip));
}
