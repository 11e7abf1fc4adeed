using System.Globalization;

namespace ImageApp.LocalAws.Sqs;

/// <summary>A message attribute of SQS or SNS.</summary>
/// <param name="DataType"><c>String</c>, <c>Number</c> or <c>Binary</c>, each with an optional label after a dot; in SNS also
/// <c>String.Array</c>.</param>
/// <param name="StringValue">The value of a string or number.</param>
/// <param name="BinaryValue">The value of a binary attribute.</param>
internal sealed record MessageAttribute(string DataType, string? StringValue, byte[]? BinaryValue)
{
    public static MessageAttribute OfString(string value) => new("String", value, null);

    public static MessageAttribute OfNumber(int value) => new("Number", value.ToString(CultureInfo.InvariantCulture), null);

    /// <summary>Checks a caller's attribute (SQS Developer Guide, "Amazon SQS message metadata").</summary>
    /// <exception cref="AwsServiceException">Name, type or value are not allowed.</exception>
    public static void Validate(string name, MessageAttribute attribute, string code)
    {
        AwsServiceException Invalid(string what) => new(code, what);
        ValidateName(name, Invalid);
        var (type, field, isThere) = attribute.DataType.Split('.')[0] switch
        {
            "Binary" => ("Binary", "Binary", attribute.BinaryValue is { Length: > 0 }),
            "String" or "Number" => (attribute.DataType.Split('.')[0], "String", !string.IsNullOrEmpty(attribute.StringValue)),
            _ => throw Invalid(
                $"The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes is Binary, "
                + $"Number, and String. It is '{attribute.DataType}'."),
        };
        if (attribute.BinaryValue is not null && type != "Binary" || attribute.StringValue is not null && type == "Binary")
        {
            throw Invalid($"The message attribute '{name}' with type '{type}' must use field '{field}'.");
        }

        if (!isThere)
        {
            throw Invalid(
                $"The message attribute '{name}' must contain non-empty message attribute value for message attribute type '{type}'.");
        }

        if (type == "Number" && !double.TryParse(attribute.StringValue, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        {
            throw Invalid($"Can't cast the value of message attribute '{name}' to a number: '{attribute.StringValue}'.");
        }
    }

    private static void ValidateName(string name, Func<string, AwsServiceException> invalid)
    {
        if (name.Length is 0 or > 256)
        {
            throw invalid($"Length of message attribute name must be less than 256 bytes. It has {name.Length}.");
        }

        foreach (var character in name.Where(item => !char.IsAsciiLetterOrDigit(item) && item is not ('_' or '-' or '.')))
        {
            throw invalid(
                $"Invalid non-alphanumeric character '#x{(int)character:X}' was found in the message attribute name. Can only include "
                + "alphanumeric characters, hyphens, underscores, or dots.");
        }

        if (name.StartsWith('.') || name.EndsWith('.'))
        {
            throw invalid($"Invalid message attribute name {(name.StartsWith('.') ? "starting" : "ending")} with character '.' was found.");
        }

        if (name.Contains("..", StringComparison.Ordinal))
        {
            throw invalid("Message attribute name can not have successive '.' character.");
        }

        if (name.StartsWith("aws.", StringComparison.OrdinalIgnoreCase) || name.StartsWith("amazon.", StringComparison.OrdinalIgnoreCase))
        {
            throw invalid(
                $"The message attribute '{name}' has a reserved prefix; message attribute names must not start with 'AWS.' or 'Amazon.'.");
        }
    }

    /// <summary>Bytes that count towards a message's size.</summary>
    public static int SizeOf(string name, MessageAttribute attribute) =>
        System.Text.Encoding.UTF8.GetByteCount(name + attribute.DataType + attribute.StringValue) + (attribute.BinaryValue?.Length ?? 0);
}
