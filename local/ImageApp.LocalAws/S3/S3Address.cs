using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ImageApp.LocalAws.Signing;

namespace ImageApp.LocalAws.S3;

/// <summary>The bucket and key of a path-style request.</summary>
/// <param name="Bucket">The bucket's name, or empty.</param>
/// <param name="Key">The object's key, or empty.</param>
internal readonly partial record struct S3Address(string Bucket, string Key)
{
    /// <summary>The longest key in UTF-8 (S3 User Guide, "Naming Amazon S3 objects").</summary>
    private const int MaximumKeyBytes = 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads the path of a request.</summary>
    /// <exception cref="AwsServiceException">It is not UTF-8, or the key is too long.</exception>
    public static S3Address Parse(string path) => Split(Decode(path).AsSpan(1));

    /// <summary>Reads <c>x-amz-copy-source</c>: <c>[/]bucket/key[?versionId=null]</c>, URL-encoded.</summary>
    /// <exception cref="AwsServiceException">It names no object.</exception>
    public static S3Address ParseCopySource(string header)
    {
        var question = header.IndexOf("?versionId=", StringComparison.Ordinal);
        if (question >= 0 && header[(question + "?versionId=".Length)..] != "null")
        {
            throw S3Errors.InvalidArgument("Invalid version id specified in x-amz-copy-source: local S3 keeps no versions.");
        }

        var source = Split(Decode(question >= 0 ? header[..question] : header).TrimStart('/'));
        return source.Bucket.Length > 0 && source.Key.Length > 0
            ? source
            : throw S3Errors.InvalidArgument(
                $"Copy Source must mention the source bucket and key: sourcebucket/sourcekey; it is '{header}'.");
    }

    /// <summary>Checks a name for a new bucket (S3 User Guide, "Bucket naming rules").</summary>
    /// <exception cref="AwsServiceException"><c>InvalidBucketName</c>.</exception>
    public static void RequireBucketName(string name)
    {
        if (!BucketName().IsMatch(name) || name.Contains("..", StringComparison.Ordinal) || IPAddress.TryParse(name, out _))
        {
            throw new AwsServiceException(
                "InvalidBucketName",
                $"The specified bucket is not valid: '{name}'. A name has 3 to 63 lower-case letters, digits, dots and hyphens, begins and "
                + "ends with a letter or digit, and is no IP address.");
        }
    }

    private static S3Address Split(ReadOnlySpan<char> path)
    {
        var slash = path.IndexOf('/');
        var (bucket, key) = slash < 0 ? (path.ToString(), "") : (path[..slash].ToString(), path[(slash + 1)..].ToString());
        return Encoding.UTF8.GetByteCount(key) <= MaximumKeyBytes
            ? new S3Address(bucket, key)
            : throw new AwsServiceException(
                "KeyTooLongError",
                $"Your key is too long: {Encoding.UTF8.GetByteCount(key)} bytes in UTF-8; {MaximumKeyBytes} are allowed.");
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

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    private static partial Regex BucketName();
}
