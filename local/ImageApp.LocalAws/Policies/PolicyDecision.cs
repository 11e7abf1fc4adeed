namespace ImageApp.LocalAws.Policies;

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
