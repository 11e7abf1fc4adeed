using System.Net;
using System.Text;

namespace ImageApp.LocalAws.S3;

/// <summary>The errors that several operations answer with (S3 API Reference, "Error responses").</summary>
internal static class S3Errors
{
    public static AwsServiceException NoSuchBucket(string bucket) =>
        new("NoSuchBucket", $"The specified bucket does not exist: {bucket}", HttpStatusCode.NotFound)
        {
            Details = new Dictionary<string, string> { ["BucketName"] = bucket },
        };

    public static AwsServiceException NoSuchKey(string key) =>
        new("NoSuchKey", $"The specified key does not exist: {key}", HttpStatusCode.NotFound)
        {
            Details = new Dictionary<string, string> { ["Key"] = key },
        };

    public static AwsServiceException NoSuchVersion(string key, string versionId) =>
        new("NoSuchVersion", $"The specified version does not exist: {versionId} of {key}", HttpStatusCode.NotFound)
        {
            Details = new Dictionary<string, string> { ["Key"] = key, ["VersionId"] = versionId },
        };

    public static AwsServiceException KeyTooLong(string key) =>
        new(
            "KeyTooLongError",
            $"Your key is too long: {Encoding.UTF8.GetByteCount(key)} bytes in UTF-8; {S3Address.MaximumKeyBytes} are allowed.");

    public static AwsServiceException NoSuchUpload(string uploadId) =>
        new(
            "NoSuchUpload",
            $"The specified upload does not exist: {uploadId}. The upload ID may be invalid, or the upload may have been aborted or "
            + "completed.",
            HttpStatusCode.NotFound);

    public static AwsServiceException PreconditionFailed(string condition) =>
        new(
            "PreconditionFailed",
            $"At least one of the pre-conditions you specified did not hold: {condition}",
            HttpStatusCode.PreconditionFailed)
        {
            Details = new Dictionary<string, string> { ["Condition"] = condition },
        };

    public static AwsServiceException InvalidArgument(string message) => new("InvalidArgument", message);

    public static AwsServiceException MalformedXml(string why) =>
        new("MalformedXML", $"The XML you provided was not well-formed or did not validate against our published schema: {why}");

    public static AwsServiceException MalformedACLError(string why) =>
        new("MalformedACLError", $"The XML you provided was not well-formed or did not validate against our published schema: {why}");

    public static AwsServiceException AclsAreDisabled(string why) =>
        new("AccessControlListNotSupported", $"The bucket does not allow ACLs: {why}.");

    public static AwsServiceException NotImplemented(string what) =>
        new("NotImplemented", $"{what} is not implemented by local S3.", HttpStatusCode.NotImplemented);

    public static AwsServiceException BadDigest(string header) =>
        new("BadDigest", $"The {header} you specified did not match the calculated checksum.");
}
