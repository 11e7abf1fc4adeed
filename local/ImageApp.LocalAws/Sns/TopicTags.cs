namespace ImageApp.LocalAws.Sns;

/// <summary>The limits of a topic's tags (SNS API, <c>TagResource</c>).</summary>
internal static class TopicTags
{
    private const int Maximum = 50;
    private const int MaximumKeyLength = 128;
    private const int MaximumValueLength = 256;

    /// <exception cref="AwsServiceException"><c>TagLimitExceeded</c> or <c>InvalidParameter</c>.</exception>
    public static void Validate(IReadOnlyDictionary<string, string> tags)
    {
        if (tags.Count > Maximum)
        {
            throw new AwsServiceException(
                "TagLimitExceeded",
                $"Could not complete request: tag quota of per resource exceeded; allowed are {Maximum}.");
        }

        foreach (var (key, value) in tags)
        {
            if (key.Length is 0 or > MaximumKeyLength || value.Length > MaximumValueLength)
            {
                throw SnsErrors.Invalid(
                    "Tags",
                    $"'{key}': allowed are keys of 1 to {MaximumKeyLength} and values of 0 to {MaximumValueLength} characters.");
            }
        }
    }
}
