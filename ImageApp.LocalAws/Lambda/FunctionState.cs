namespace ImageApp.LocalAws.Lambda;

/// <summary>What is kept of a function on disk.</summary>
internal sealed record FunctionState(string Name)
{
    /// <summary>Statements of its resource policy, as JSON, by statement id.</summary>
    public Dictionary<string, string> Permissions { get; init; } = [];

    public EventInvokeConfig EventInvokeConfig { get; init; } = new();
}
