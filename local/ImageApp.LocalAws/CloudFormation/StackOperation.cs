namespace ImageApp.LocalAws.CloudFormation;

/// <summary>What is being done to a stack, with all that is needed to go on with it, or back, after a restart.</summary>
internal sealed record StackOperation(string Kind)
{
    public const string Create = "CreateStack";
    public const string Update = "UpdateStack";
    public const string Delete = "DeleteStack";

    public string? ClientRequestToken { get; init; }

    /// <summary><c>ROLLBACK</c>, <c>DO_NOTHING</c> or <c>DELETE</c>.</summary>
    public string OnFailure { get; init; } = "ROLLBACK";

    /// <summary>Where an update goes back to if it fails.</summary>
    public StackSnapshot? Previous { get; init; }

    /// <summary>Resources that the stack no longer has: deleted at the end of the operation.</summary>
    public IReadOnlyList<StackResource> Cleanup { get; init; } = [];

    /// <summary>Logical ids that a deletion leaves alone.</summary>
    public IReadOnlyList<string> Retain { get; init; } = [];
}
