namespace Aspire.Hosting;

/// <summary>What the application model is used for.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>To run.</summary>
    Run,

    /// <summary>To publish; the stand-in does not.</summary>
    Publish,
}
