namespace ImageApp.LocalAws.CloudFormation;

/// <summary>What a stack is asked to be: the part of it that its owner gives.</summary>
internal sealed record StackDefinition
{
    public required string TemplateBody { get; init; }

    /// <summary>Values as given, and the defaults of those that were not.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>The parameters whose values are not shown (<c>NoEcho</c>).</summary>
    public IReadOnlyList<string> HiddenParameters { get; init; } = [];

    /// <summary>The template's.</summary>
    public string? Description { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> Capabilities { get; init; } = [];

    public IReadOnlyList<string> NotificationArns { get; init; } = [];
}
