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
        AwsServiceException Invalid(string what) => new(code, $"The message attribute '{name}' {what}");
        if (name.Length is 0 or > 256 || !name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.')
            || name.StartsWith('.') || name.EndsWith('.') || name.Contains("..", StringComparison.Ordinal))
        {
            throw Invalid("has no valid name: allowed are 1 to 256 letters, digits, '_', '-' and single dots inside.");
        }

        if (name.StartsWith("aws.", StringComparison.OrdinalIgnoreCase) || name.StartsWith("amazon.", StringComparison.OrdinalIgnoreCase))
        {
            throw Invalid("has a reserved prefix; names must not start with 'AWS.' or 'Amazon.'.");
        }

        switch (attribute.DataType.Split('.')[0])
        {
            case "String" when string.IsNullOrEmpty(attribute.StringValue):
                throw Invalid("of type String has no StringValue.");
            case "Number" when !double.TryParse(attribute.StringValue, NumberStyles.Float, CultureInfo.InvariantCulture, out _):
                throw Invalid($"of type Number has the StringValue '{attribute.StringValue}', which is no number.");
            case "Binary" when attribute.BinaryValue is not { Length: > 0 }:
                throw Invalid("of type Binary has no BinaryValue.");
            case "String" or "Number" or "Binary":
                break;
            default:
                throw Invalid($"has the DataType '{attribute.DataType}'; allowed are String, Number and Binary.");
        }
    }

    /// <summary>Bytes that count towards a message's size.</summary>
    public static int SizeOf(string name, MessageAttribute attribute) =>
        System.Text.Encoding.UTF8.GetByteCount(name + attribute.DataType + attribute.StringValue) + (attribute.BinaryValue?.Length ?? 0);
}
