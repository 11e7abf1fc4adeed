using System.Net;

namespace ImageApp.LocalAws.Sns;

/// <summary>SNS's errors, in its own words.</summary>
internal static class SnsErrors
{
    /// <summary>The code for a parameter that is refused.</summary>
    public const string InvalidParameter = "InvalidParameter";

    /// <summary>The code for a message attribute that is refused.</summary>
    public const string InvalidMessageAttribute = "ParameterValueInvalid";

    /// <summary>A parameter is refused; the reason follows as SNS writes it.</summary>
    public static AwsServiceException Invalid(string parameter, string reason) =>
        new(InvalidParameter, $"Invalid parameter: {parameter} Reason: {reason}");

    /// <summary>Something is refused, with a sentence of its own.</summary>
    public static AwsServiceException Invalid(string what) => new(InvalidParameter, $"Invalid parameter: {what}");

    /// <summary>An attribute is refused among those that a request creates something with.</summary>
    public static AwsServiceException InAttributes(AwsServiceException failure)
    {
        const string Start = "Invalid parameter: ";
        return failure.Code == InvalidParameter && failure.Message.StartsWith(Start, StringComparison.Ordinal)
            ? Invalid("Attributes", failure.Message[Start.Length..])
            : failure;
    }

    /// <summary>Checks that a text is an ARN.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameter</c>: it is none.</exception>
    public static string RequireArn(string parameter, string value)
    {
        const int Elements = 6;
        var count = value.Split(':').Length;
        return count >= Elements ? value : throw Invalid(parameter, $"An ARN must have at least {Elements} elements, not {count}");
    }

    /// <summary>There is no such thing.</summary>
    public static AwsServiceException NotFound(string message) => new("NotFound", message, HttpStatusCode.NotFound);
}
