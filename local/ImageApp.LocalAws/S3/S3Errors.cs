using System.Net;

namespace ImageApp.LocalAws.S3;

/// <summary>The errors that several operations answer with (S3 API Reference, "Error responses").</summary>
internal static class S3Errors
{
    public static AwsServiceException NoSuchBucket(string bucket) =>
        new("NoSuchBucket", $"The specified bucket does not exist: {bucket}", HttpStatusCode.NotFound);

    public static AwsServiceException NoSuchKey(string key) =>
        new("NoSuchKey", $"The specified key does not exist: {key}", HttpStatusCode.NotFound);

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
            HttpStatusCode.PreconditionFailed);

    public static AwsServiceException InvalidArgument(string message) => new("InvalidArgument", message);

    public static AwsServiceException MalformedXml(string why) =>
        new("MalformedXML", $"The XML you provided was not well-formed or did not validate against our published schema: {why}");

    public static AwsServiceException NotImplemented(string what) =>
        new("NotImplemented", $"{what} is not implemented by local S3.", HttpStatusCode.NotImplemented);

    public static AwsServiceException BadDigest(string header) =>
        new("BadDigest", $"The {header} you specified did not match the calculated checksum.");
}
