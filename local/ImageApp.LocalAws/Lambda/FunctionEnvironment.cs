using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ImageApp.LocalAws.Lambda;

/// <summary>The environment variables of a function (Lambda Developer Guide, "Working with Lambda environment variables").</summary>
internal static partial class FunctionEnvironment
{
    private const int MaximumBytes = 4096;

    private static readonly string[] s_reserved =
    [
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
    ];

    /// <summary>Reads and checks the member <c>Environment</c> of a request.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidParameterValueException</c>, naming the variable.</exception>
    public static IReadOnlyDictionary<string, string> Parse(JsonNode node)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in (node as JsonObject)?["Variables"] as JsonObject ?? [])
        {
            if (!VariableName().IsMatch(name))
            {
                throw Invalid($"'{name}' is no name of an environment variable: a letter, then letters, digits and '_', two at least.");
            }

            if (s_reserved.Contains(name, StringComparer.Ordinal))
            {
                throw Invalid(
                    "Lambda was unable to configure your environment variables because the environment variables you have provided "
                    + "contains reserved keys that are currently not supported for modification. Reserved keys used in this request: "
                    + name);
            }

            variables[name] = value is JsonValue text && text.GetValueKind() == JsonValueKind.String
                ? text.GetValue<string>()
                : throw Invalid($"The environment variable {name} must be a string.");
        }

        var size = variables.Sum(variable => Encoding.UTF8.GetByteCount(variable.Key) + Encoding.UTF8.GetByteCount(variable.Value));
        return size <= MaximumBytes
            ? variables
            : throw Invalid(
                "Lambda was unable to configure your environment variables because the environment variables you have provided exceeded "
                + $"the 4KB limit: they have {size} bytes.");
    }

    private static AwsServiceException Invalid(string message) => new("InvalidParameterValueException", message);

    [GeneratedRegex(@"\A[a-zA-Z][a-zA-Z0-9_]+\z")]
    private static partial Regex VariableName();
}
