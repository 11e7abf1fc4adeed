using ImageApp.LocalAws.Protocols;
using ImageApp.LocalAws.Sqs;

namespace ImageApp.LocalAws.Sns;

/// <summary>SNS's structures among the parameters of a request.</summary>
internal static class SnsParameters
{
    /// <summary>The error code for a parameter that is refused.</summary>
    public const string InvalidCode = "InvalidParameter";

    /// <summary>Tags, written as <c>Tags.member.1.Key</c> and <c>Tags.member.1.Value</c>.</summary>
    public static IReadOnlyDictionary<string, string> Tags(this QueryRequest request) =>
        request.Records("Tags").ToDictionary(tag => tag.Required("Key"), tag => tag.Required("Value"), StringComparer.Ordinal);

    /// <summary>Message attributes, written as <c>MessageAttributes.entry.1.Name</c> and <c>….Value.DataType</c>.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameterValue</c>: a binary value is not Base64.</exception>
    public static IReadOnlyDictionary<string, MessageAttribute> MessageAttributes(this QueryRequest request)
    {
        var attributes = new Dictionary<string, MessageAttribute>(StringComparer.Ordinal);
        foreach (var entry in request.Entries("MessageAttributes"))
        {
            var name = entry.Required("Name");
            byte[]? binary;
            try
            {
                binary = entry["Value.BinaryValue"] is { } text ? Convert.FromBase64String(text) : null;
            }
            catch (FormatException)
            {
                throw new AwsServiceException(
                    "InvalidParameterValue",
                    $"The message attribute '{name}' has a BinaryValue that is not Base64.");
            }

            attributes[name] = new MessageAttribute(entry.Required("Value.DataType"), entry["Value.StringValue"], binary);
        }

        return attributes;
    }
}
