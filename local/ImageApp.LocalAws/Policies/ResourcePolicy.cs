namespace ImageApp.LocalAws.Policies;

/// <summary>
/// Evaluates IAM JSON policies that hang on a resource: a bucket's, topic's, queue's or function's (IAM User Guide, "IAM JSON policy
/// reference").
/// </summary>
public static class ResourcePolicy
{
    /// <summary>What <paramref name="policyDocument"/> says of <paramref name="request"/>: an explicit deny wins over any allow.</summary>
    /// <exception cref="AwsServiceException"><c>MalformedPolicy</c>: the document is not a resource policy.</exception>
    public static PolicyDecision Evaluate(string policyDocument, PolicyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var context = new RequestContext(request);
        var decision = PolicyDecision.ImplicitDeny;
        foreach (var statement in PolicyDocument.Parse(policyDocument).Statements)
        {
            if (!statement.Matches(request, context))
            {
                continue;
            }

            if (statement.IsDeny)
            {
                return PolicyDecision.ExplicitDeny;
            }

            decision = PolicyDecision.Allow;
        }

        return decision;
    }

    /// <summary>Whether a policy allows something to everybody (S3 User Guide, "The meaning of public").</summary>
    /// <exception cref="AwsServiceException"><c>MalformedPolicy</c>: the document is not a resource policy.</exception>
    public static bool IsPublic(string policyDocument) =>
        PolicyDocument.Parse(policyDocument).Statements.Any(statement => statement.IsPublic);

    /// <summary>Checks that <paramref name="policyDocument"/> is a resource policy that can be evaluated.</summary>
    /// <exception cref="AwsServiceException"><c>MalformedPolicy</c>, naming the statement and element at fault.</exception>
    public static void Validate(string policyDocument) => PolicyDocument.Parse(policyDocument);
}
