namespace ImageApp.LocalAws.S3;

/// <summary>What <c>x-amz-copy-source</c> names.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Key">The key.</param>
/// <param name="VersionId">The version; null for the current one.</param>
internal readonly record struct CopySource(string Bucket, string Key, string? VersionId)
{
    private const string VersionParameter = "?versionId=";

    /// <summary>Reads the header of a request that has it: <c>[/]bucket/key[?versionId=id]</c>, URL-encoded.</summary>
    /// <exception cref="AwsServiceException">It names no object.</exception>
    public static CopySource Of(S3Request request) => Parse(request.Header("x-amz-copy-source")!);

    /// <summary>Reads the header's value.</summary>
    /// <exception cref="AwsServiceException">It names no object.</exception>
    public static CopySource Parse(string header)
    {
        var question = header.IndexOf(VersionParameter, StringComparison.Ordinal);
        var version = question < 0 ? null : S3Request.RequireVersionId(header[(question + VersionParameter.Length)..]);
        var source = S3Address.Parse("/" + (question < 0 ? header : header[..question]).TrimStart('/'));
        return source.Bucket.Length > 0 && source.Key.Length > 0
            ? new CopySource(source.Bucket, source.Key, version)
            : throw S3Errors.InvalidArgument(
                $"Copy Source must mention the source bucket and key: sourcebucket/sourcekey; it is '{header}'.");
    }
}
