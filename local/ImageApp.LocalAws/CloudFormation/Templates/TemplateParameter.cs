using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>A declared parameter (CloudFormation User Guide, "Parameters").</summary>
/// <param name="Name">Its name in the template.</param>
/// <param name="Type"><c>String</c>, <c>Number</c>, <c>List&lt;Number&gt;</c> or <c>CommaDelimitedList</c>.</param>
internal sealed record TemplateParameter(string Name, string Type)
{
    private static readonly TimeSpan PatternTime = TimeSpan.FromSeconds(1);

    public string? Default { get; init; }

    public string? Description { get; init; }

    public IReadOnlyList<string>? AllowedValues { get; init; }

    public string? AllowedPattern { get; init; }

    public string? ConstraintDescription { get; init; }

    public long? MinLength { get; init; }

    public long? MaxLength { get; init; }

    public decimal? MinValue { get; init; }

    public decimal? MaxValue { get; init; }

    /// <summary>The value is shown as asterisks.</summary>
    public bool NoEcho { get; init; }

    public static bool IsSupported(string type) => type is "String" or "Number" or "List<Number>" or "CommaDelimitedList";

    /// <summary>Checks a value and gives what <c>Ref</c> gives: a string, or a list of strings.</summary>
    /// <exception cref="AwsServiceException">It breaks a constraint; the message says which.</exception>
    public JsonNode Accept(string value)
    {
        if (Type is "String" or "Number")
        {
            CheckOne(value);
            return JsonValue.Create(value);
        }

        var items = value.Length == 0 ? [] : value.Split(',', StringSplitOptions.TrimEntries);
        foreach (var item in items)
        {
            CheckOne(item);
        }

        return new JsonArray([.. items.Select(item => JsonValue.Create(item))]);
    }

    private void CheckOne(string value)
    {
        if (AllowedValues is not null && !AllowedValues.Contains(value, StringComparer.Ordinal))
        {
            throw Refused($"Parameter '{Name}' must be one of AllowedValues", $"[{string.Join(", ", AllowedValues)}]");
        }

        if (AllowedPattern is not null && !IsMatch(value))
        {
            throw Refused($"Parameter '{Name}' must match pattern {AllowedPattern}");
        }

        if (MinLength is { } minLength && value.Length < minLength)
        {
            throw Refused(string.Create(CultureInfo.InvariantCulture, $"Parameter '{Name}' must contain at least {minLength} characters"));
        }

        if (MaxLength is { } maxLength && value.Length > maxLength)
        {
            throw Refused(string.Create(CultureInfo.InvariantCulture, $"Parameter '{Name}' must contain at most {maxLength} characters"));
        }

        if (Type is not ("Number" or "List<Number>"))
        {
            return;
        }

        if (!decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            throw Refused($"Parameter '{Name}' must be a number", $"'{value}' is not");
        }

        if (MinValue is { } minValue && number < minValue)
        {
            throw Refused(string.Create(CultureInfo.InvariantCulture, $"Parameter '{Name}' must be a number not less than {minValue}"));
        }

        if (MaxValue is { } maxValue && number > maxValue)
        {
            throw Refused(string.Create(CultureInfo.InvariantCulture, $"Parameter '{Name}' must be a number not greater than {maxValue}"));
        }
    }

    /// <summary>A pattern that has to match the whole of a text.</summary>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    public static Regex Whole(string pattern)
    {
        // By itself first: what is not balanced must not be completed by what is put around it.
        _ = new Regex(pattern, RegexOptions.CultureInvariant, PatternTime);
        return new Regex($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant, PatternTime);
    }

    private bool IsMatch(string value)
    {
        try
        {
            return Whole(AllowedPattern!).IsMatch(value);
        }
        catch (RegexMatchTimeoutException)
        {
            throw Refused($"Parameter '{Name}' cannot be matched with pattern {AllowedPattern} within {PatternTime.TotalSeconds:0} s");
        }
    }

    private AwsServiceException Refused(string message, string? detail = null) => TemplateErrors.Validation(
        ConstraintDescription is { } description
            ? $"Parameter {Name} failed to satisfy constraint: {description}"
            : detail is null ? message : $"{message}: {detail}");
}
