using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace ImageApp.LocalAws.S3;

/// <summary>What the owner of a bucket allows a form to upload (S3 API Reference, "POST policy").</summary>
internal sealed class PostPolicy
{
    private const string LengthRange = "content-length-range";

    private static readonly string[] ExpirationFormats = ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"];

    /// <summary>Fields that need no condition: those of the signature, the file, and what a form wants ignored.</summary>
    private static readonly string[] FreeFields = ["x-amz-signature", "signature", "awsaccesskeyid", "policy", "file"];

    private readonly DateTimeOffset _expiration;
    private readonly List<PostCondition> _conditions = [];

    private PostPolicy(DateTimeOffset expiration) => _expiration = expiration;

    /// <summary>The fewest bytes of the file.</summary>
    public long MinimumBytes { get; private set; }

    /// <summary>The most bytes of the file.</summary>
    public long MaximumBytes { get; private set; } = ObjectOperations.MaximumPutBytes;

    /// <summary>Reads a policy as the form has it, in Base64.</summary>
    /// <exception cref="AwsServiceException"><c>InvalidPolicyDocument</c>.</exception>
    public static PostPolicy Parse(string encoded)
    {
        try
        {
            using var document = JsonDocument.Parse(Convert.FromBase64String(encoded));
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("expiration", out var expiration))
            {
                throw Invalid("Policy missing expiration.");
            }

            if (
                expiration.ValueKind != JsonValueKind.String
                || !DateTimeOffset.TryParseExact(
                    expiration.GetString(),
                    ExpirationFormats,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal,
                    out var until))
            {
                throw Invalid($"Invalid 'expiration' value: '{expiration}'");
            }

            if (!root.TryGetProperty("conditions", out var conditions) || conditions.ValueKind != JsonValueKind.Array)
            {
                throw Invalid("Policy missing conditions.");
            }

            var policy = new PostPolicy(until);
            foreach (var condition in conditions.EnumerateArray())
            {
                policy.Add(condition);
            }

            return policy;
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException)
        {
            // The last one: a text in it is not Unicode, which is seen when it is read.
            throw Invalid($"The policy is no JSON in Base64: {exception.Message}");
        }
    }

    /// <summary>Refuses a form that the policy does not allow.</summary>
    /// <param name="form">The form.</param>
    /// <param name="bucket">The bucket that it was sent to.</param>
    /// <param name="key">The key that it stores.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="AwsServiceException"><c>AccessDenied</c>, naming the condition.</exception>
    public void Require(PostForm form, string bucket, string key, DateTimeOffset now)
    {
        if (now > _expiration)
        {
            throw Denied("Policy expired.");
        }

        foreach (var condition in _conditions)
        {
            var value = condition.Field switch
            {
                "bucket" => bucket,
                "key" => key,
                var field => form.Field(field) ?? "",
            };
            if (!condition.Holds(value))
            {
                throw Denied($"Policy Condition failed: {condition}");
            }
        }

        if (form.Names.FirstOrDefault(name => !IsFree(name) && !_conditions.Exists(condition => condition.IsOf(name))) is { } extra)
        {
            throw Denied($"Extra input fields: {extra}");
        }
    }

    private static bool IsFree(string name) =>
        FreeFields.Contains(name, StringComparer.OrdinalIgnoreCase) || name.StartsWith("x-ignore-", StringComparison.OrdinalIgnoreCase);

    private void Add(JsonElement condition)
    {
        if (condition.ValueKind == JsonValueKind.Object)
        {
            var properties = condition.EnumerateObject().ToList();
            if (properties is not [{ Value.ValueKind: JsonValueKind.String } property])
            {
                throw Invalid("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.");
            }

            _conditions.Add(new PostCondition("eq", property.Name.ToLowerInvariant(), property.Value.GetString()!));
            return;
        }

        if (condition.ValueKind != JsonValueKind.Array || condition.GetArrayLength() != 3 || condition[0].ValueKind != JsonValueKind.String)
        {
            throw Invalid($"Invalid Condition: '{condition}' is neither an object nor a list of three.");
        }

        switch (condition[0].GetString()!.ToLowerInvariant())
        {
            case LengthRange:
                (MinimumBytes, MaximumBytes) = (Number(condition[1]), Number(condition[2]));
                break;
            case "eq" or "starts-with"
                when condition[1].ValueKind == JsonValueKind.String
                    && condition[1].GetString()!.StartsWith('$')
                    && condition[2].ValueKind == JsonValueKind.String:
                _conditions.Add(new PostCondition(
                    condition[0].GetString()!.ToLowerInvariant(),
                    condition[1].GetString()![1..].ToLowerInvariant(),
                    condition[2].GetString()!));
                break;
            default:
                throw Invalid($"Invalid Condition: '{condition}'; allowed are eq and starts-with of a $field, and {LengthRange}.");
        }
    }

    private static long Number(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Number when element.TryGetInt64(out var number) && number >= 0 => number,
            JsonValueKind.String
                when long.TryParse(element.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            _ => throw Invalid($"Invalid {LengthRange}: '{element}' is no number of bytes."),
        };

    private static AwsServiceException Invalid(string message) => new("InvalidPolicyDocument", $"Invalid Policy: {message}");

    private static AwsServiceException Denied(string why) =>
        new("AccessDenied", $"Invalid according to Policy: {why}", HttpStatusCode.Forbidden);

    private sealed record PostCondition(string Operator, string Field, string Value)
    {
        public bool IsOf(string name) => Field.Equals(name, StringComparison.OrdinalIgnoreCase);

        // Of a list of content types each one has to begin like that.
        public bool Holds(string value) => Operator == "eq"
            ? value == Value
            : Field == "content-type"
                ? value.Split(',').All(type => type.StartsWith(Value, StringComparison.Ordinal))
                : value.StartsWith(Value, StringComparison.Ordinal);

        public override string ToString()
        {
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer))
            {
                json.WriteStartArray();
                json.WriteStringValue(Operator);
                json.WriteStringValue("$" + Field);
                json.WriteStringValue(Value);
                json.WriteEndArray();
            }

            return Encoding.UTF8.GetString(buffer.ToArray());
        }
    }
}
