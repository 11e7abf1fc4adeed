using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace ImageApp.Tests.Support;

/// <summary>A function, as the Runtime API sees it.</summary>
internal sealed class RuntimeClient(HttpClient client, string path)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Waits for an invocation, half a minute at most.</summary>
    public async Task<RuntimeInvocation> NextAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        using var response = await client.GetAsync(Path("invocation/next"), deadline.Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        string Header(string name) => response.Headers.GetValues(name).Single();
        return new RuntimeInvocation(
            Header("Lambda-Runtime-Aws-Request-Id"),
            await response.Content.ReadAsStringAsync(Cancelled),
            long.Parse(Header("Lambda-Runtime-Deadline-Ms"), System.Globalization.CultureInfo.InvariantCulture),
            Header("Lambda-Runtime-Invoked-Function-Arn"),
            Header("Lambda-Runtime-Trace-Id"));
    }

    public Task<HttpStatusCode> RespondAsync(string requestId, string body) => PostAsync($"invocation/{requestId}/response", body);

    public Task<HttpStatusCode> FailAsync(string requestId, string errorType, string errorMessage) =>
        PostAsync($"invocation/{requestId}/error", Error(errorType, errorMessage));

    public Task<HttpStatusCode> FailInitializationAsync(string errorType, string errorMessage) =>
        PostAsync("init/error", Error(errorType, errorMessage));

    /// <summary>Takes one invocation and answers it.</summary>
    public async Task<RuntimeInvocation> ServeAsync(string response)
    {
        var invocation = await NextAsync();
        Assert.Equal(HttpStatusCode.Accepted, await RespondAsync(invocation.RequestId, response));
        return invocation;
    }

    private static string Error(string errorType, string errorMessage) =>
        new JsonObject { ["errorType"] = errorType, ["errorMessage"] = errorMessage }.ToJsonString();

    private string Path(string rest) => $"/{path}/2018-06-01/runtime/{rest}";

    private async Task<HttpStatusCode> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(Path(path), content, Cancelled);
        return response.StatusCode;
    }
}

/// <summary>What a function gets from the Runtime API.</summary>
internal sealed record RuntimeInvocation(string RequestId, string Payload, long DeadlineMilliseconds, string FunctionArn, string TraceId);
