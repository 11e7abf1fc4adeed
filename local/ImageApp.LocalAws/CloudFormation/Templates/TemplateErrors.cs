namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>The one error code of CloudFormation's input checks, worded as AWS words it.</summary>
internal static class TemplateErrors
{
    public const string Code = "ValidationError";

    public static AwsServiceException Validation(string message) => new(Code, message);

    public static AwsServiceException Format(string message) => new(Code, "Template format error: " + message);

    public static AwsServiceException Template(string message) => new(Code, "Template error: " + message);
}
