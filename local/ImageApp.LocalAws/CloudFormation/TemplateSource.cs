using System.Text;
using System.Text.RegularExpressions;
using ImageApp.LocalAws.CloudFormation.Templates;
using ImageApp.LocalAws.S3;
using ImageApp.LocalAws.S3.Store;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>Where templates and stack policies come from: the request itself, or an object of a bucket of this account.</summary>
internal sealed partial class TemplateSource(S3Store buckets, LocalAwsOptions options, ServiceEndpoint endpoint)
{
    /// <summary>CloudFormation User Guide, "CloudFormation quotas": what the request holds.</summary>
    public const int MaximumInlineBytes = 51_200;

    /// <summary>CloudFormation User Guide, "CloudFormation quotas": what an object holds.</summary>
    public const int MaximumObjectBytes = 1024 * 1024;

    /// <summary>CloudFormation API Reference, SetStackPolicy.</summary>
    private const int MaximumPolicyBytes = 16_384;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The template that a request gives; null where it gives none.</summary>
    /// <exception cref="AwsServiceException">
    /// <c>ValidationError</c>: both ways are used, it is too long, or the object is not there.
    /// </exception>
    public Task<string?> TemplateAsync(string? body, string? url, CancellationToken cancellationToken) =>
        ReadAsync("Template", "templateBody", body, url, MaximumInlineBytes, MaximumObjectBytes, cancellationToken);

    /// <summary>The stack policy that a request gives; null where it gives none.</summary>
    /// <exception cref="AwsServiceException">
    /// <c>ValidationError</c>: both ways are used, it is too long, or the object is not there.
    /// </exception>
    public Task<string?> PolicyAsync(string? body, string? url, CancellationToken cancellationToken) =>
        ReadAsync("Stack Policy", "stackPolicyBody", body, url, MaximumPolicyBytes, MaximumPolicyBytes, cancellationToken);

    private async Task<string?> ReadAsync(
        string what,
        string member,
        string? body,
        string? url,
        int maximumInline,
        int maximumObject,
        CancellationToken cancellationToken)
    {
        if (body is not null && url is not null)
        {
            throw TemplateErrors.Validation($"Specify exactly one of '{what} Body' or '{what} URL'");
        }

        if (url is not null)
        {
            return await ReadAsync(what, Parse(what, url), maximumObject, cancellationToken);
        }

        var size = body is null ? 1 : Encoding.UTF8.GetByteCount(body);
        if (size is 0 || size > maximumInline)
        {
            throw TemplateErrors.Validation(
                FormattableString.Invariant(
                    $"1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must have length of 1 to ")
                + FormattableString.Invariant($"{maximumInline}, but has {size}"));
        }

        return body;
    }

    private async Task<string> ReadAsync(string what, S3Address address, int maximum, CancellationToken cancellationToken)
    {
        try
        {
            using var lease = buckets.Lease(address.Bucket, address.Key, versionId: null);
            var size = lease.Object.Size;
            if (size is 0 || size > maximum)
            {
                throw TemplateErrors.Validation(
                    FormattableString.Invariant($"{what} may not exceed {maximum} bytes in size, nor be empty; s3://{address.Bucket}/")
                    + FormattableString.Invariant($"{address.Key} has {size}."));
            }

            await using var content = new SegmentStream(buckets.Blobs, lease.Object.Segments, 0, size);
            var bytes = new byte[size];
            await content.ReadExactlyAsync(bytes, cancellationToken);
            return s_utf8.GetString(bytes).TrimStart('\uFEFF');
        }
        catch (AwsServiceException e) when (e.Code is "NoSuchBucket" or "NoSuchKey")
        {
            throw TemplateErrors.Validation(
                $"S3 error: {e.Message}\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html");
        }
        catch (DecoderFallbackException)
        {
            throw TemplateErrors.Validation($"{what} s3://{address.Bucket}/{address.Key} is not UTF-8.");
        }
    }

    /// <summary>
    /// The object of a URL: path-style at this port or at S3's endpoints, or virtual-hosted (S3 User Guide, "Methods for accessing a
    /// bucket").
    /// </summary>
    private S3Address Parse(string what, string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw TemplateErrors.Validation($"{what} URL must be a supported URL: {url}");
        }

        if (uri.Query.TrimStart('?') is { Length: > 0 } query && !query.Split('&').All(IsHarmless))
        {
            throw TemplateErrors.Validation($"{what} URL {url} asks for a version; local CloudFormation reads the present one only");
        }

        string? bucket;
        if (uri.Port == endpoint.Uri.Port && LocalHost().Match(uri.Host) is { Success: true } local)
        {
            bucket = local.Groups["bucket"] is { Success: true } group ? group.Value : null;
        }
        else if (AmazonHost().Match(uri.Host) is { Success: true } amazon)
        {
            var region = amazon.Groups["region"];
            if (region.Success && region.Value != options.Region)
            {
                throw TemplateErrors.Validation(
                    $"S3 error: {url} is in the region {region.Value}, and local AWS has {options.Region} only");
            }

            bucket = amazon.Groups["bucket"] is { Success: true } group ? group.Value : null;
        }
        else
        {
            throw TemplateErrors.Validation(
                $"S3 error: Domain name specified in {uri.Host} is not a valid S3 domain; allowed are {endpoint.Uri.Authority}, "
                + "s3.amazonaws.com and their regional and virtual-hosted forms");
        }

        var address = S3Address.Parse(bucket is null ? uri.AbsolutePath : $"/{bucket}{uri.AbsolutePath}");
        return address is { Bucket.Length: > 0, Key.Length: > 0 }
            ? address
            : throw TemplateErrors.Validation($"{what} URL must reference a valid S3 object to which you have access: {url} names no key");
    }

    /// <summary>A presigned URL's parameters say nothing of the object; an unversioned one is version null.</summary>
    private static bool IsHarmless(string parameter) =>
        parameter.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase)
        || parameter.Equals("versionId=null", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\A((?<bucket>.+)\.s3\.localhost|localhost|s3\.localhost|127(\.\d+){3}|\[::1\])\z", RegexOptions.IgnoreCase)]
    private static partial Regex LocalHost();

    [GeneratedRegex(@"\A((?<bucket>.+)\.)?s3([.-](?<region>[a-z]{2}(-[a-z]+)+-\d))?\.amazonaws\.com\z", RegexOptions.IgnoreCase)]
    private static partial Regex AmazonHost();
}
