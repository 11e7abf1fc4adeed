namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource waits for another before it starts.</summary>
public class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    /// <summary>The other.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>What is waited for.</summary>
    public WaitType WaitType { get; } = waitType;

    /// <summary>The exit code expected of one that ends.</summary>
    public int ExitCode { get; } = exitCode;
}
