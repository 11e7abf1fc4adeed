namespace ImageApp.LocalAws.Policies;

/// <summary>Asks a resource's policy about a call that one service makes to another.</summary>
internal static class ServiceCallAuthorization
{
    /// <summary>
    /// Whether <paramref name="policy"/> lets <paramref name="caller"/> perform <paramref name="action"/>; a service needs an explicit
    /// allow, so a resource without policy refuses it.
    /// </summary>
    public static PolicyDecision Decide(ServiceCall caller, string action, string resourceArn, string? policy, DateTimeOffset now)
    {
        if (policy is null)
        {
            return PolicyDecision.ImplicitDeny;
        }

        var context = new Dictionary<string, string> { ["aws:SourceArn"] = caller.SourceArn, ["aws:SourceAccount"] = caller.SourceAccount };
        return ResourcePolicy.Evaluate(policy, new PolicyRequest(caller.ServicePrincipal, action, resourceArn, context) { At = now });
    }

    /// <summary>
    /// Whether <paramref name="policy"/> leaves the owner's own credentials the right to <paramref name="action"/>: only an explicit deny
    /// takes it.
    /// </summary>
    public static bool OwnerMay(string accountId, string action, string resourceArn, string? policy, DateTimeOffset now)
    {
        var request = new PolicyRequest($"arn:aws:iam::{accountId}:root", action, resourceArn, new Dictionary<string, string>())
        {
            At = now,
        };
        return policy is null || ResourcePolicy.Evaluate(policy, request) != PolicyDecision.ExplicitDeny;
    }

    /// <summary>The sentence that says which statement is missing, or which one forbids.</summary>
    public static string Explain(PolicyDecision decision, ServiceCall caller, string action, string resourceArn, string policyOwner) =>
        decision == PolicyDecision.ExplicitDeny
            ? $"{policyOwner} explicitly denies {action} on {resourceArn} to {caller.ServicePrincipal} for {caller.SourceArn}."
            : $"{policyOwner} has no statement that allows Principal {{\"Service\": \"{caller.ServicePrincipal}\"}} the Action {action} on "
                + $"Resource {resourceArn} "
              + $"with aws:SourceArn {caller.SourceArn} and aws:SourceAccount {caller.SourceAccount}.";
}
