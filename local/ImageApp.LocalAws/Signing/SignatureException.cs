using ImageApp.LocalAws.Protocols;

namespace ImageApp.LocalAws.Signing;

/// <summary>A request's signature is refused.</summary>
internal sealed class SignatureException(SignatureFailure failure, string message) : Exception(message)
{
    /// <summary>Why.</summary>
    public SignatureFailure Failure { get; } = failure;

    /// <summary>The error as a protocol's clients know it (S3 API Reference, "Error responses"; "Common error types" of SNS, SQS and Lambda).</summary>
    public AwsServiceException ToServiceException(AwsErrorFormat format)
    {
        var isS3 = format == AwsErrorFormat.RestXml;
        var code = Failure switch
        {
            SignatureFailure.Missing => isS3 ? "AccessDenied" : format == AwsErrorFormat.Query ? "MissingAuthenticationToken" : "MissingAuthenticationTokenException",
            SignatureFailure.Malformed => isS3 ? "AuthorizationHeaderMalformed" : format == AwsErrorFormat.Query ? "IncompleteSignature" : "IncompleteSignatureException",
            SignatureFailure.MalformedQuery => "AuthorizationQueryParametersError",
            SignatureFailure.UnknownAccessKey => isS3 ? "InvalidAccessKeyId" : format == AwsErrorFormat.Query ? "InvalidClientTokenId" : "UnrecognizedClientException",
            SignatureFailure.Skewed when isS3 => "RequestTimeTooSkewed",
            SignatureFailure.Expired when isS3 => "AccessDenied",
            SignatureFailure.HeadersNotSigned when isS3 => "AccessDenied",
            SignatureFailure.PayloadMismatch when isS3 => "XAmzContentSHA256Mismatch",
            _ => isS3 || format == AwsErrorFormat.Query ? "SignatureDoesNotMatch" : "InvalidSignatureException",
        };
        var isBadRequest = Failure is SignatureFailure.Malformed or SignatureFailure.MalformedQuery || (isS3 && Failure == SignatureFailure.PayloadMismatch);
        return new AwsServiceException(code, Message, isBadRequest ? System.Net.HttpStatusCode.BadRequest : System.Net.HttpStatusCode.Forbidden);
    }
}
