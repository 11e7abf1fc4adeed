namespace ImageApp.LocalAws.Sqs;

/// <summary>The limits of a queue's tags (SQS Developer Guide, "Amazon SQS cost allocation tags").</summary>
internal static class QueueTags
{
    private const int Maximum = 50;
    private const int MaximumKeyLength = 128;
    private const int MaximumValueLength = 256;

    /// <exception cref="AwsServiceException"><c>InvalidParameterValue</c>, naming what is allowed.</exception>
    public static void Validate(IReadOnlyDictionary<string, string> tags)
    {
        if (tags.Count > Maximum)
        {
            throw Invalid($"Too many tags added for queue: {tags.Count}; allowed are {Maximum}.");
        }

        foreach (var (key, value) in tags)
        {
            if (key.Length is 0 or > MaximumKeyLength || value.Length > MaximumValueLength)
            {
                throw Invalid(
                    $"The tag '{key}' is invalid: allowed are keys of 1 to {MaximumKeyLength} and values of 0 to {MaximumValueLength} "
                    + "characters.");
            }
        }
    }

    private static AwsServiceException Invalid(string message) => new("InvalidParameterValue", message);
}
