namespace ImageApp.LocalAws.S3.Store;

/// <summary>The headers that are stored with an object and returned as they were given; null where not given.</summary>
internal sealed record ObjectHeaders
{
    public string? ContentType { get; init; }

    public string? CacheControl { get; init; }

    public string? ContentDisposition { get; init; }

    public string? ContentEncoding { get; init; }

    public string? ContentLanguage { get; init; }

    public string? Expires { get; init; }
}
