namespace ImageApp.LocalAws.Signing;

/// <summary>Why a signature is refused; each protocol has its own code for it.</summary>
internal enum SignatureFailure
{
    /// <summary>There is none, and the service needs one.</summary>
    Missing,

    /// <summary>It cannot be read.</summary>
    Malformed,

    /// <summary>The query parameters of a presigned URL cannot be read.</summary>
    MalformedQuery,

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
