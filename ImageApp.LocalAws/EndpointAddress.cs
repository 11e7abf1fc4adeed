namespace ImageApp.LocalAws;

/// <summary>The port that was taken, for URLs handed out: queue URLs, signing certificates.</summary>
internal sealed class EndpointAddress(LocalAwsOptions options)
{
    public int Port { get; set; } = options.Port;

    public string Url => $"http://localhost:{Port}";
}
