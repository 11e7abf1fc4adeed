namespace ImageApp.Balancer;

/// <summary>How targets are checked: the target group's numbers in <c>deploy/web.yaml</c>.</summary>
internal sealed class HealthCheckOptions
{
    public const string Rule = "HealthCheck: Path begins with /, Interval and Timeout are above zero, the thresholds at least 1.";

    public string Path { get; set; } = "/health";

    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    public int HealthyThreshold { get; set; } = 2;

    public int UnhealthyThreshold { get; set; } = 3;

    public static bool IsValid(HealthCheckOptions options) =>
        options.Path.StartsWith('/')
        && options.Interval > TimeSpan.Zero
        && options.Timeout > TimeSpan.Zero
        && options.HealthyThreshold >= 1
        && options.UnhealthyThreshold >= 1;
}
