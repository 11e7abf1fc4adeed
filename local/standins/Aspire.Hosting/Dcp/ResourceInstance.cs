using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Dcp;

/// <summary>A resource's process or container under the orchestrator; its name changes with every start.</summary>
internal sealed class ResourceInstance(IResource resource, string id, string kind)
{
    public IResource Resource => resource;

    /// <summary>What the dashboard and commands call it.</summary>
    public string Id => id;

    /// <summary><c>executables</c> or <c>containers</c>.</summary>
    public string Kind => kind;

    /// <summary>The orchestrator's name of it; null while it is not started.</summary>
    public string? Name { get; set; }

    /// <summary>How often it was started.</summary>
    public int Starts { get; set; }

    /// <summary>One command at a time.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);
}
