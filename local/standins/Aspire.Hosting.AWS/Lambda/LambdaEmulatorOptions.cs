namespace Aspire.Hosting.AWS.Lambda;

/// <summary>How the Lambda test tool is run.</summary>
public class LambdaEmulatorOptions
{
    /// <summary>Leaves the tool as it is on this machine; else it is installed when the application starts.</summary>
    public bool DisableAutoInstall { get; set; }

    /// <summary>Leaves the HTTPS endpoint out, which needs a trusted development certificate.</summary>
    public bool DisableHttpsEndpoint { get; set; }
}
