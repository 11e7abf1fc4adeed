using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ImageApp.LocalAws.Signing;

namespace ImageApp.LocalAws.S3;

/// <summary>The bucket and key of a request.</summary>
/// <param name="Bucket">The bucket's name, or empty.</param>
/// <param name="Key">The object's key, or empty.</param>
internal readonly partial record struct S3Address(string Bucket, string Key)
{
    /// <summary>The longest key in UTF-8 (S3 User Guide, "Naming Amazon S3 objects").</summary>
    public const int MaximumKeyBytes = 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>
    /// Reads the host and path of a request: the bucket is a label of the host (<c>bucket.localhost</c>, <c>bucket.s3.localhost</c>) or the
    /// first segment of the path (S3 User Guide, "Virtual hosting of general purpose buckets").
    /// </summary>
    /// <exception cref="AwsServiceException">It is not UTF-8, or the key is too long.</exception>
    public static S3Address Parse(string host, string region, string path) =>
        BucketOfHost(host, region) is { } bucket ? Split($"{bucket}/{Decode(path).AsSpan(1)}") : Parse(path);

    /// <summary>The bucket that a host names; null where it names none.</summary>
    public static string? BucketOfHost(string host, string region)
    {
        const string local = ".localhost";
        if (!host.EndsWith(local, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var name = host[..^local.Length].ToLowerInvariant();
        foreach (var service in (ReadOnlySpan<string>)[$".s3.{region}", $".s3-{region}", ".s3"])
        {
            if ("." + name == service)
            {
                return null;
            }

            if (name.EndsWith(service, StringComparison.Ordinal))
            {
                return name[..^service.Length];
            }
        }

        return name;
    }

    /// <summary>Reads a path.</summary>
    /// <exception cref="AwsServiceException">It is not UTF-8, or the key is too long.</exception>
    public static S3Address Parse(string path) => Split(Decode(path).AsSpan(1));

    /// <summary>Checks a name for a new bucket (S3 User Guide, "Bucket naming rules").</summary>
    /// <exception cref="AwsServiceException"><c>InvalidBucketName</c>.</exception>
    public static void RequireBucketName(string name)
    {
        if (!BucketName().IsMatch(name) || IPAddress.TryParse(name, out _))
        {
            throw new AwsServiceException(
                "InvalidBucketName",
                $"The specified bucket is not valid: '{name}'. A name has 3 to 63 lower-case letters, digits, dots and hyphens; each of "
                + "its labels begins and ends with a letter or digit, and it is no IP address.");
        }
    }

    private static S3Address Split(ReadOnlySpan<char> path)
    {
        var slash = path.IndexOf('/');
        var (bucket, key) = slash < 0 ? (path.ToString(), "") : (path[..slash].ToString(), path[(slash + 1)..].ToString());
        return Encoding.UTF8.GetByteCount(key) <= MaximumKeyBytes
            ? new S3Address(bucket, key)
            : throw S3Errors.KeyTooLong(key);
    }

    private static string Decode(string text)
    {
        try
        {
            return StrictUtf8.GetString(PercentEncoding.Decode(text, plusIsSpace: false));
        }
        catch (ArgumentException)
        {
            throw new AwsServiceException("InvalidURI", "Couldn't parse the specified URI: bucket and key must be UTF-8.");
        }
    }

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*$")]
    private static partial Regex BucketName();
}
