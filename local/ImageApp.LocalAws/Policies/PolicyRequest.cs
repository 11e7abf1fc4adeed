namespace ImageApp.LocalAws.Policies;

/// <summary>What a resource policy is asked (IAM User Guide, "Policy evaluation logic").</summary>
/// <param name="Principal">A service principal such as <c>sns.amazonaws.com</c>, an ARN or account id, or <c>*</c> for an unsigned
/// caller.</param>
/// <param name="Action">For example <c>sns:Publish</c>.</param>
/// <param name="ResourceArn">What is acted on.</param>
/// <param name="Context">Condition keys and their values, for example <c>aws:SourceArn</c>; keys compare without case.</param>
public sealed record PolicyRequest(string Principal, string Action, string ResourceArn, IReadOnlyDictionary<string, string> Context)
{
    /// <summary>When it is asked, for <c>aws:CurrentTime</c> and <c>aws:EpochTime</c>; now where not given.</summary>
    public DateTimeOffset At { get; init; } = TimeProvider.System.GetUtcNow();
}

/// <summary>What a policy says of a request.</summary>
public enum PolicyDecision
{
    /// <summary>No statement matched: refused unless something else allows it.</summary>
    ImplicitDeny,

    /// <summary>A statement allows it and none denies it.</summary>
    Allow,

    /// <summary>A statement denies it, whatever else allows it.</summary>
    ExplicitDeny,
}
