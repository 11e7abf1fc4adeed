using System.Text.Json;

namespace ImageApp.LocalAws.Policies;

/// <summary>One key of one condition operator, for example <c>"ArnLike": {"aws:SourceArn": "..."}</c>.</summary>
internal sealed class ConditionElement
{
    private const string IfExistsSuffix = "IfExists";
    private const string ForAnyValue = "ForAnyValue:";
    private const string ForAllValues = "ForAllValues:";

    private static readonly string[] CallerKeys =
    [
        "aws:PrincipalAccount",
        "aws:PrincipalArn",
        "aws:PrincipalOrgID",
        "aws:SourceAccount",
        "aws:SourceArn",
        "aws:SourceIp",
        "aws:SourceOwner",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:userid",
        "s3:DataAccessPointAccount",
        "s3:DataAccessPointArn",
    ];

    private readonly ConditionOperator _operator;
    private readonly string _key;
    private readonly IReadOnlyList<string> _values;
    private readonly bool _ifExists;
    private readonly string? _set;

    private ConditionElement(ConditionOperator conditionOperator, string key, IReadOnlyList<string> values, bool ifExists, string? set)
    {
        _operator = conditionOperator;
        _key = key;
        _values = values;
        _ifExists = ifExists;
        _set = set;
    }

    /// <summary>
    /// Whether it says by fixed values who may call, so that a statement for everybody is not public (S3 User Guide, "The meaning of
    /// public").
    /// </summary>
    public bool FixesCaller =>
        CallerKeys.Contains(_key, StringComparer.OrdinalIgnoreCase)
        && !_operator.IsNegated
        && !_ifExists
        && _operator.Name != ConditionOperator.Null
        && !_values.Any(value => value.AsSpan().ContainsAny('*', '?', '$') || value is "0.0.0.0/0" or "::/0");

    public static IReadOnlyList<ConditionElement> ParseAll(JsonElement json, string name)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw PolicyDocument.Malformed($"{name} must be an object of condition operators but is a JSON {json.ValueKind}.");
        }

        return [.. json.EnumerateObject().SelectMany(operatorElement => ParseOperator(operatorElement, name))];
    }

    public bool IsMet(RequestContext context, bool withVariables)
    {
        var actual = context[_key];
        if (_operator.Name == ConditionOperator.Null)
        {
            return _values.Any(value => value.Equals("true", StringComparison.OrdinalIgnoreCase) == actual is null);
        }

        if (actual is null)
        {
            // A missing key never matches: a positive operator is false by that and a negated one true (IAM User Guide, "Condition
            // operators").
            return _set switch
            {
                ForAllValues => true,
                ForAnyValue => _ifExists,
                _ => _ifExists || _operator.IsNegated,
            };
        }

        var matched = _values
            .Select(value => withVariables ? PolicyVariables.Replace(value, context) : value)
            .Any(value => value is not null && _operator.Compare(value, actual));
        return matched != _operator.IsNegated;
    }

    private static IEnumerable<ConditionElement> ParseOperator(JsonProperty operatorElement, string name)
    {
        var operatorName = operatorElement.Name;
        var path = $"{name}.{operatorName}";
        var set = new[] { ForAnyValue, ForAllValues }.FirstOrDefault(prefix =>
            operatorName.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
        operatorName = operatorName[(set?.Length ?? 0)..];
        var ifExists = operatorName.EndsWith(IfExistsSuffix, StringComparison.OrdinalIgnoreCase);
        operatorName = ifExists ? operatorName[..^IfExistsSuffix.Length] : operatorName;
        var conditionOperator = ConditionOperator.Find(operatorName);
        if (conditionOperator is null || (ifExists && conditionOperator.Name == ConditionOperator.Null))
        {
            throw PolicyDocument.Malformed(
                $"{path} is no condition operator; allowed are {ConditionOperator.AllowedNames}, each but Null also with IfExists, and "
                + "with ForAnyValue: or ForAllValues: before it.");
        }

        if (operatorElement.Value.ValueKind != JsonValueKind.Object)
        {
            throw PolicyDocument.Malformed($"{path} must be an object of condition keys but is a JSON {operatorElement.Value.ValueKind}.");
        }

        foreach (var key in operatorElement.Value.EnumerateObject())
        {
            var values = PolicyValues.Scalars(key.Value, $"{path}.{key.Name}");
            foreach (var value in values)
            {
                // A value with a variable is only known when the request is.
                if (!value.Contains("${", StringComparison.Ordinal) && conditionOperator.WhatIsWrongWith(value) is { } wrong)
                {
                    throw PolicyDocument.Malformed($"{path}.{key.Name} has '{value}'; {wrong}");
                }
            }

            yield return new ConditionElement(conditionOperator, key.Name, values, ifExists, set);
        }
    }
}
