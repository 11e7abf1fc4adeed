using Microsoft.Extensions.Options;

namespace ImageApp.Balancer;

/// <summary>Asks every target for its health, again and again.</summary>
internal sealed partial class TargetHealthChecks(
    TargetGroup group,
    IOptions<HealthCheckOptions> options,
    ILogger<TargetHealthChecks> logger
) : BackgroundService
{
    private readonly HttpClient _client = new() { Timeout = options.Value.Timeout };

    public override void Dispose()
    {
        _client.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval);
        do
        {
            await Task.WhenAll(
                group.Targets.Where(target => target.State != "draining").Select(target => CheckAsync(target, stoppingToken))
            );
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task CheckAsync(Target target, CancellationToken cancellationToken)
    {
        var good = false;
        try
        {
            using var answer = await _client.GetAsync(new Uri(target.Address, options.Value.Path), cancellationToken);
            good = answer.IsSuccessStatusCode;
        }
        catch (Exception e)
            when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogUnreachable(logger, target.Id, e.Message);
        }

        target.Streak = good ? Math.Max(0, target.Streak) + 1 : Math.Min(0, target.Streak) - 1;
        if (target.Streak >= options.Value.HealthyThreshold && target.State is not ("healthy" or "draining"))
        {
            group.SetState(target, "healthy");
            LogHealthy(logger, target.Id);
        }
        else if (-target.Streak >= options.Value.UnhealthyThreshold && target.State is not ("unhealthy" or "draining"))
        {
            group.SetState(target, "unhealthy");
            LogUnhealthy(logger, target.Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Target {Target} is healthy")]
    private static partial void LogHealthy(ILogger logger, string target);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Target {Target} is unhealthy")]
    private static partial void LogUnhealthy(ILogger logger, string target);

    [LoggerMessage(Level = LogLevel.Information, Message = "Target {Target} does not answer: {Reason}")]
    private static partial void LogUnreachable(ILogger logger, string target, string reason);
}
