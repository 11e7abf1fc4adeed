using System.Security.Cryptography;
using ImageApp.LocalAws.S3.Store;

namespace ImageApp.LocalAws.S3;

/// <summary>What a request says its body's MD5 and checksum are.</summary>
/// <param name="ContentMd5">Base64; null where not given.</param>
/// <param name="Algorithm">The checksum's algorithm; null where none is given or announced.</param>
/// <param name="Value">The checksum; null where it follows as a trailing header, or the client wants it calculated.</param>
internal sealed record BodyIntegrity(string? ContentMd5, ChecksumAlgorithm? Algorithm, string? Value)
{
    private const string Prefix = "x-amz-checksum-";

    /// <summary>Reads it from the headers.</summary>
    /// <exception cref="AwsServiceException">They contradict each other or cannot be read.</exception>
    public static BodyIntegrity Of(S3Request request)
    {
        var md5 = request.Header("Content-MD5") ?? (request.Http.Headers.ContentMD5.Count > 0 ? "" : null);
        if (
            md5 is not null
            && !(Convert.TryFromBase64String(md5, new byte[MD5.HashSizeInBytes + 2], out var length) && length == MD5.HashSizeInBytes))
        {
            throw new AwsServiceException("InvalidDigest", $"The Content-MD5 you specified is not valid: '{md5}'.");
        }

        var given = Checksum.Algorithms.Where(algorithm => request.Header(Checksum.HeaderNameOf(algorithm)) is not null).ToList();
        if (given.Count > 1)
        {
            throw new AwsServiceException(
                "InvalidRequest",
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
        }

        if (given.Count == 1)
        {
            return new BodyIntegrity(md5, given[0], request.Header(Checksum.HeaderNameOf(given[0])));
        }

        if (request.Header("x-amz-trailer") is { } trailer && trailer.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return new BodyIntegrity(md5, Checksum.ParseName(trailer[Prefix.Length..].Trim()), null);
        }

        var named = request.Header("x-amz-sdk-checksum-algorithm") ?? request.Header("x-amz-checksum-algorithm");
        return new BodyIntegrity(md5, named is null ? null : Checksum.ParseName(named), null);
    }

    /// <summary>Compares with what arrived.</summary>
    /// <exception cref="AwsServiceException"><c>BadDigest</c>.</exception>
    public void Verify(ContentHasher hasher, IReadOnlyDictionary<string, string> trailers)
    {
        if (ContentMd5 is not null && Convert.ToBase64String(hasher.Md5()) != ContentMd5)
        {
            throw S3Errors.BadDigest("Content-MD5");
        }

        if (
            hasher.Checksum() is { } checksum
            && (Value ?? trailers.GetValueOrDefault(checksum.HeaderName)) is { } expected
            && expected != checksum.Value)
        {
            throw S3Errors.BadDigest(Checksum.NameOf(checksum.Algorithm));
        }
    }
}
