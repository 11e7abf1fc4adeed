using System.Net;
using System.Net.Http.Json;
using ImageApp.Scaling;

namespace ImageApp.LoadTest.Observing;

/// <summary>Asks the load balancer of <c>./run --scale</c>.</summary>
internal sealed class LocalGroupObserver(Uri target) : IGroupObserver, IDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = target, Timeout = TimeSpan.FromSeconds(10) };

    public TimeSpan Interval => TimeSpan.FromSeconds(1);

    public async Task<GroupStatus?> ObserveAsync(CancellationToken cancellationToken)
    {
        using var answer = await _client.GetAsync(new Uri("/.balancer/group", UriKind.Relative), cancellationToken);
        return answer.StatusCode == HttpStatusCode.OK && answer.Content.Headers.ContentType?.MediaType == "application/json"
            ? await answer.Content.ReadFromJsonAsync(ScalingJson.Default.GroupStatus, cancellationToken)
            : null;
    }

    public void Dispose() => _client.Dispose();
}
