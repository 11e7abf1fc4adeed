namespace ImageApp.LocalAws.S3;

/// <summary>One rule of a bucket's CORS configuration.</summary>
internal sealed record CorsRule(
    IReadOnlyList<string> AllowedOrigins, IReadOnlyList<string> AllowedMethods, IReadOnlyList<string> AllowedHeaders, IReadOnlyList<string> ExposeHeaders, int? MaxAgeSeconds)
{
    /// <summary>Whether the rule lets <paramref name="origin"/> use <paramref name="method"/>.</summary>
    public bool Allows(string origin, string method) =>
        AllowedMethods.Contains(method) && AllowedOrigins.Any(allowed => Policies.Wildcard.Matches(allowed, origin));
}
