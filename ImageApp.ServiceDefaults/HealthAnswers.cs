using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageApp.ServiceDefaults;

/// <summary>
/// <c>/health</c>'s answer, made once a second at most: every node of a load balancer asks, and what is asked of the dependencies is not
/// asked again for each.
/// </summary>
internal sealed class HealthAnswers(HealthCheckService checks, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile Answer? _last;

    /// <summary>Answers a request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        var answer = _last is { } last && IsRecent(last) ? last : await CheckAsync(context.RequestAborted);
        context.Response.StatusCode = answer.StatusCode;
        await HealthReportWriter.SendAsync(
            context, HealthReportWriter.TellsReasons(context) ? answer.WithReasons : answer.WithoutReasons);
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private bool IsRecent(Answer answer) => time.GetElapsedTime(answer.At) < Kept;

    private async Task<Answer> CheckAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_last is { } last && IsRecent(last))
            {
                return last;
            }

            var report = await checks.CheckHealthAsync(cancellationToken);

            // A dependency that is away degrades the body, not the status.
            return _last = new Answer(
                report.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK,
                HealthReportWriter.Write(report, tellsReasons: true),
                HealthReportWriter.Write(report, tellsReasons: false),
                time.GetTimestamp());
        }
        finally
        {
            _gate.Release();
        }
    }

    private sealed record Answer(int StatusCode, byte[] WithReasons, byte[] WithoutReasons, long At);
}
