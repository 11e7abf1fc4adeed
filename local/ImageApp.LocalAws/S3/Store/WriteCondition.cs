using System.Net;

namespace ImageApp.LocalAws.S3.Store;

/// <summary>What must hold of a key's present object for a write to happen (S3 User Guide, "Conditional writes").</summary>
/// <param name="IfMatch">The eTag it must have; <c>*</c> for any.</param>
/// <param name="IfNoneMatch"><c>*</c> where there must be none.</param>
internal readonly record struct WriteCondition(string? IfMatch, string? IfNoneMatch)
{
    /// <exception cref="AwsServiceException">It does not hold.</exception>
    public void Require(StoredObject? present)
    {
        if (IfNoneMatch is not null && present is not null)
        {
            throw S3Errors.PreconditionFailed("If-None-Match");
        }

        if (IfMatch is null)
        {
            return;
        }

        if (present is null)
        {
            throw new AwsServiceException(
                "NoSuchKey",
                "The specified key does not exist, and If-Match asks for it.",
                HttpStatusCode.NotFound);
        }

        if (IfMatch != "*" && IfMatch.Trim('"') != present.ETag)
        {
            throw S3Errors.PreconditionFailed("If-Match");
        }
    }
}
