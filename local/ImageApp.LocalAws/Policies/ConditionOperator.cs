using System.Globalization;
using System.Net;

namespace ImageApp.LocalAws.Policies;

/// <summary>A condition operator (IAM User Guide, "IAM JSON policy elements: Condition operators").</summary>
internal sealed class ConditionOperator
{
    /// <summary>The operator that asks whether a key is there at all.</summary>
    public const string Null = "Null";

    private static readonly Dictionary<string, ConditionOperator> s_all = Create()
        .ToDictionary(item => item.Name, StringComparer.OrdinalIgnoreCase);

    private readonly Func<string, string, bool> _compare;
    private readonly Func<string, string?> _validate;

    private ConditionOperator(string name, bool isNegated, Func<string, string, bool> compare, Func<string, string?>? validate = null)
    {
        Name = name;
        IsNegated = isNegated;
        _compare = compare;
        _validate = validate ?? (static _ => null);
    }

    public static string AllowedNames { get; } = string.Join(", ", s_all.Keys);

    public string Name { get; }

    /// <summary>Whether the condition is met when no value compares equal.</summary>
    public bool IsNegated { get; }

    public static ConditionOperator? Find(string name) => s_all.GetValueOrDefault(name);

    /// <summary>Compares, without the negation, the policy's value with the request's.</summary>
    public bool Compare(string expected, string actual) => _compare(expected, actual);

    public string? WhatIsWrongWith(string value) => _validate(value);

    private static IEnumerable<ConditionOperator> Create()
    {
        yield return new(Null, false, static (_, _) => false, ValidBoolean);
        yield return new(
            "Bool",
            false,
            static (expected, actual) => string.Equals(expected, actual, StringComparison.OrdinalIgnoreCase),
            ValidBoolean);
        yield return new("BinaryEquals", false, static (expected, actual) => expected == actual);

        foreach (var (positive, negative, compare, validate) in Pairs())
        {
            yield return new(positive, false, compare, validate);
            yield return new(negative, true, compare, validate);
        }

        foreach (var (suffix, holds) in Orderings())
        {
            yield return new(
                "Numeric" + suffix,
                false,
                (expected, actual) => Number(expected) is { } right && Number(actual) is { } left && holds(left.CompareTo(right)),
                ValidNumber);
            yield return new(
                "Date" + suffix,
                false,
                (expected, actual) => Date(expected) is { } right && Date(actual) is { } left && holds(left.CompareTo(right)),
                ValidDate);
        }
    }

    private static IEnumerable<(
        string Positive,
        string Negative,
        Func<string, string, bool> Compare,
        Func<string, string?>? Validate)> Pairs()
    {
        yield return ("StringEquals", "StringNotEquals", static (expected, actual) => PolicyVariables.Unescape(expected) == actual, null);
        yield return (
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
            static (expected, actual) => string.Equals(PolicyVariables.Unescape(expected), actual, StringComparison.OrdinalIgnoreCase),
            null);
        yield return ("StringLike", "StringNotLike", static (expected, actual) => WildcardPattern.Matches(expected, actual), null);

        // ArnEquals and ArnLike behave identically (IAM User Guide).
        yield return ("ArnEquals", "ArnNotEquals", MatchesArn, null);
        yield return ("ArnLike", "ArnNotLike", MatchesArn, null);
        yield return (
            "NumericEquals",
            "NumericNotEquals",
            static (expected, actual) => Number(expected) is { } number && number == Number(actual),
            ValidNumber);
        yield return (
            "DateEquals",
            "DateNotEquals",
            static (expected, actual) => Date(expected) is { } date && date == Date(actual),
            ValidDate);
        yield return (
            "IpAddress",
            "NotIpAddress",
            static (expected, actual) =>
                Network(expected) is { } network && IPAddress.TryParse(actual, out var address) && network.Contains(address),
            ValidNetwork);
    }

    private static IEnumerable<(string Suffix, Func<int, bool> Holds)> Orderings()
    {
        yield return ("LessThan", static order => order < 0);
        yield return ("LessThanEquals", static order => order <= 0);
        yield return ("GreaterThan", static order => order > 0);
        yield return ("GreaterThanEquals", static order => order >= 0);
    }

    private static bool MatchesArn(string expected, string actual) => expected == "*" || ArnPattern.Matches(expected, actual);

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DateTimeOffset? Date(string text)
    {
        const long MaximumUnixSeconds = 253402300799;
        if (
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && text.Length > 4
            && seconds <= MaximumUnixSeconds)
        {
            return DateTimeOffset.FromUnixTimeSeconds(seconds);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
    }

    private static IPNetwork? Network(string text)
    {
        if (!text.Contains('/', StringComparison.Ordinal))
        {
            return IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8) : null;
        }

        return IPNetwork.TryParse(text, out var network) ? network : null;
    }

    private static string? ValidBoolean(string value) =>
        value.Equals("true", StringComparison.OrdinalIgnoreCase) || value.Equals("false", StringComparison.OrdinalIgnoreCase)
            ? null
            : "allowed are true and false.";

    private static string? ValidNumber(string value) => Number(value) is null ? "a number is needed." : null;

    private static string? ValidDate(string value) =>
        Date(value) is null ? "a date is needed, ISO 8601 such as 2030-01-31T00:00:00Z or seconds since 1970." : null;

    private static string? ValidNetwork(string value) =>
        Network(value) is null ? "an IP address or a CIDR block such as 203.0.113.0/24 is needed." : null;
}
