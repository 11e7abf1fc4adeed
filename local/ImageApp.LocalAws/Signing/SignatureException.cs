using ImageApp.LocalAws.Protocols;

namespace ImageApp.LocalAws.Signing;

/// <summary>A request's signature is refused.</summary>
internal sealed class SignatureException(SignatureFailure failure, string message) : Exception(message)
{
    /// <summary>Why.</summary>
    public SignatureFailure Failure { get; } = failure;

    /// <summary>The region to sign for, where the request was signed for another one: SDKs try again with it.</summary>
    public string? Region { get; init; }

    /// <summary>A signature by a key that is not the account's.</summary>
    public static SignatureException UnknownAccessKey(string accessKeyId) => new(
        SignatureFailure.UnknownAccessKey,
        $"The AWS Access Key Id you provided ('{accessKeyId}') does not exist in our records.");

    /// <summary>
    /// The error as a protocol's clients know it (S3 API Reference, "Error responses"; "Common error types" of SNS, SQS and Lambda).
    /// </summary>
    public AwsServiceException ToServiceException(AwsErrorFormat format)
    {
        var isS3 = format == AwsErrorFormat.RestXml;
        var code = Failure switch
        {
            SignatureFailure.Missing => isS3 ? "AccessDenied"
            : format == AwsErrorFormat.Query ? "MissingAuthenticationToken"
            : "MissingAuthenticationTokenException",
            SignatureFailure.Malformed => isS3 ? "AuthorizationHeaderMalformed"
            : format == AwsErrorFormat.Query ? "IncompleteSignature"
            : "IncompleteSignatureException",
            SignatureFailure.MalformedQuery => "AuthorizationQueryParametersError",
            SignatureFailure.UnknownAccessKey => isS3 ? "InvalidAccessKeyId"
            : format == AwsErrorFormat.Query ? "InvalidClientTokenId"
            : "UnrecognizedClientException",
            SignatureFailure.UnsupportedVersion => "InvalidRequest",
            SignatureFailure.Skewed when isS3 => "RequestTimeTooSkewed",
            SignatureFailure.Expired when isS3 => "AccessDenied",
            SignatureFailure.HeadersNotSigned when isS3 => "AccessDenied",
            SignatureFailure.PayloadMismatch when isS3 => "XAmzContentSHA256Mismatch",
            _ => isS3 || format == AwsErrorFormat.Query ? "SignatureDoesNotMatch" : "InvalidSignatureException",
        };
        var isBadRequest =
            Failure is SignatureFailure.Malformed or SignatureFailure.MalformedQuery or SignatureFailure.UnsupportedVersion
            || (isS3 && Failure == SignatureFailure.PayloadMismatch);
        return new AwsServiceException(
            code,
            Message,
            isBadRequest ? System.Net.HttpStatusCode.BadRequest : System.Net.HttpStatusCode.Forbidden)
        {
            Details = Region is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["Region"] = Region },
        };
    }
}

/// <summary>Why a signature is refused; each protocol has its own code for it.</summary>
internal enum SignatureFailure
{
    /// <summary>There is none, and the service needs one.</summary>
    Missing,

    /// <summary>It cannot be read.</summary>
    Malformed,

    /// <summary>The query parameters of a presigned URL cannot be read.</summary>
    MalformedQuery,

    /// <summary>It is of a version that this region does not take.</summary>
    UnsupportedVersion,

    /// <summary>The access key is not the account's.</summary>
    UnknownAccessKey,

    /// <summary>It is not what the request's contents give.</summary>
    Mismatch,

    /// <summary>It was made more than 15 minutes ago or ahead.</summary>
    Skewed,

    /// <summary>A presigned URL's time is over.</summary>
    Expired,

    /// <summary>Headers that must be signed are not.</summary>
    HeadersNotSigned,

    /// <summary>The body is not the one that was signed.</summary>
    PayloadMismatch,
}
