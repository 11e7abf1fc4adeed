namespace Aspire.Hosting;

/// <summary>How an application is built.</summary>
public class DistributedApplicationOptions
{
    /// <summary>The command line.</summary>
    public string[]? Args { get; set; }

    /// <summary>The name of the AppHost's assembly; the entry assembly's by default.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>Whether the dashboard is left out.</summary>
    public bool DisableDashboard { get; set; }
}
