using ImageApp.LocalAws.CloudFormation.Templates;

namespace ImageApp.LocalAws.CloudFormation;

/// <summary>What CreateStack, UpdateStack and CreateChangeSet have in common.</summary>
internal sealed record StackRequest
{
    public string? StackName { get; init; }

    public string? TemplateBody { get; init; }

    public bool UsePreviousTemplate { get; init; }

    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Parameters that keep the value they have.</summary>
    public IReadOnlyList<string> PreviousParameters { get; init; } = [];

    /// <summary>Null where the request says nothing of them: an update keeps them then.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public IReadOnlyList<string> Capabilities { get; init; } = [];

    public IReadOnlyList<string>? NotificationArns { get; init; }

    public string? RoleArn { get; init; }

    public int? TimeoutInMinutes { get; init; }

    public bool EnableTerminationProtection { get; init; }

    /// <summary><c>ROLLBACK</c>, <c>DO_NOTHING</c> or <c>DELETE</c>.</summary>
    public string OnFailure { get; init; } = "ROLLBACK";

    public string? ClientRequestToken { get; init; }

    public bool RetainExceptOnCreate { get; init; }

    /// <summary>A new stack policy, JSON.</summary>
    public string? StackPolicy { get; init; }

    /// <summary>A stack policy for this update alone, JSON.</summary>
    public string? StackPolicyDuringUpdate { get; init; }

    /// <summary>What the stack takes in.</summary>
    public IReadOnlyList<ResourceToImport> Imports { get; init; } = [];

    /// <summary>What the stack is to be, given what it is now (null: nothing yet).</summary>
    public StackDefinition Define(StackDefinition? previous)
    {
        var body = UsePreviousTemplate
            ? previous?.TemplateBody ?? throw TemplateErrors.Validation("UsePreviousTemplate needs a stack that exists")
            : TemplateBody ?? throw TemplateErrors.Validation("Either Template URL or Template Body must be specified.");
        var parameters = new Dictionary<string, string>(Parameters, StringComparer.Ordinal);
        foreach (var name in PreviousParameters)
        {
            parameters[name] =
                previous?.Parameters.GetValueOrDefault(name)
                ?? throw TemplateErrors.Validation(
                    $"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for a parameter key not in the "
                    + "previous template");
        }

        return new StackDefinition
        {
            TemplateBody = body,
            Parameters = parameters,
            Tags = Tags ?? previous?.Tags ?? new Dictionary<string, string>(),
            Capabilities = Capabilities,
            NotificationArns = NotificationArns ?? previous?.NotificationArns ?? [],
        };
    }
}

/// <summary>A resource that exists and is to become the stack's (data type ResourceToImport).</summary>
/// <param name="LogicalId">Its name in the template.</param>
/// <param name="Type">Its type.</param>
/// <param name="Identifier">The properties that identify it.</param>
internal sealed record ResourceToImport(string LogicalId, string Type, IReadOnlyDictionary<string, string> Identifier);

/// <summary>What CreateChangeSet takes.</summary>
/// <param name="Name">The change set's name.</param>
/// <param name="Type"><c>CREATE</c>, <c>UPDATE</c> or <c>IMPORT</c>.</param>
/// <param name="Description">For people.</param>
/// <param name="ClientToken">Makes a repeated request the same request.</param>
/// <param name="Stack">What the stack is to be.</param>
internal sealed record ChangeSetRequest(string? Name, string Type, string? Description, string? ClientToken, StackRequest Stack);
