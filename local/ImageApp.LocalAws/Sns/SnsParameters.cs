using ImageApp.LocalAws.Protocols;
using ImageApp.LocalAws.Sqs;

namespace ImageApp.LocalAws.Sns;

/// <summary>SNS's structures among the parameters of a request.</summary>
internal static class SnsParameters
{
    /// <summary>A parameter that must be an ARN.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>: it is none.</exception>
    public static string Arn(this QueryRequest request, string name) => SnsErrors.RequireArn(
        name,
        request[name] is { Length: > 0 } value ? value : throw SnsErrors.Invalid(name, "no value for required parameter"));

    /// <summary>Tags, written as <c>Tags.member.1.Key</c> and <c>Tags.member.1.Value</c>.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>: a key is there twice.</exception>
    public static IReadOnlyDictionary<string, string> Tags(this QueryRequest request)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in request.Records("Tags"))
        {
            if (!tags.TryAdd(tag.Required("Key"), tag.Required("Value")))
            {
                throw SnsErrors.Invalid("Duplicated keys are not allowed.");
            }
        }

        return tags;
    }

    /// <summary>Message attributes, written as <c>MessageAttributes.entry.1.Name</c> and <c>….Value.DataType</c>.</summary>
    /// <exception cref="AwsServiceException"><c>ParameterValueInvalid</c>: a binary value is not Base64.</exception>
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
                    SnsErrors.InvalidMessageAttribute,
                    $"The message attribute '{name}' has a BinaryValue that is not Base64.");
            }

            attributes[name] = new MessageAttribute(entry.Required("Value.DataType"), entry["Value.StringValue"], binary);
        }

        return attributes;
    }
}
