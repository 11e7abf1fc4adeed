namespace ImageApp.LocalAws.Policies;

/// <summary>
/// ARNs with wildcards: each of the six parts is matched by itself, so that a star does not cross a colon outside the resource part.
/// </summary>
internal static class ArnPattern
{
    private const int PartCount = 6;

    public static bool Matches(string pattern, string arn)
    {
        var patternParts = pattern.Split(':', PartCount);
        var arnParts = arn.Split(':', PartCount);
        if (patternParts.Length != PartCount || arnParts.Length != PartCount || arnParts[0] != "arn")
        {
            return false;
        }

        return patternParts.Zip(arnParts).All(pair => WildcardPattern.Matches(pair.First, pair.Second));
    }

    /// <summary>Adds stars for the parts that a resource's ARN leaves out, as IAM does.</summary>
    public static string Complete(string pattern)
    {
        var missing = PartCount - pattern.Split(':', PartCount).Length;
        return pattern + string.Concat(Enumerable.Repeat(":*", missing));
    }
}
