using System.Text.RegularExpressions;

namespace ImageApp.LocalAws.Lambda;

/// <summary>The ways to name a function: its name, <c>account:function:name</c> or its ARN, each also with a qualifier.</summary>
internal static partial class FunctionName
{
    /// <summary>The function's name.</summary>
    /// <exception cref="AwsServiceException"><c>ValidationException</c>: not a function's name, or a version or alias other than
    /// <c>$LATEST</c>.</exception>
    public static string Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success)
        {
            throw new AwsServiceException(
                "ValidationException",
                $"'{text}' does not name a function: allowed are a name of 1 to 64 letters, digits, '-' and '_', 'account:function:name', "
                + "or arn:aws:lambda:region:account:function:name.");
        }

        var qualifier = match.Groups["qualifier"];
        return !qualifier.Success || qualifier.Value == "$LATEST"
            ? match.Groups["name"].Value
            : throw new AwsServiceException(
                "ResourceNotFoundException",
                $"Function not found: {text}. Local functions have the version $LATEST only.",
                System.Net.HttpStatusCode.NotFound);
    }

    [GeneratedRegex(
        @"^(arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:)?(\d{12}:)?(function:)?"
        + @"(?<name>[a-zA-Z0-9-_]{1,64})(:(?<qualifier>\$LATEST|[a-zA-Z0-9-_]+))?$"
    )]
    private static partial Regex Form();
}
