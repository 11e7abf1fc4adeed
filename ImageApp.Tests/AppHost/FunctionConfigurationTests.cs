using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;
using ImageApp.Tests.Application;

namespace ImageApp.Tests.AppHost;

/// <summary>What Lambda's API says of the running application's functions, and that what it changes holds at their next start.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class FunctionConfigurationTests(RunningApplication fixture)
{
    private const string Configuration = "/2015-03-31/functions/ThumbnailFunction/configuration";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_functions_environment_is_changed_for_its_next_process_and_its_hash_is_that_of_its_assembly()
    {
        var app = await fixture.StartAsync();
        using var lambda = new HttpClient(new SigningHandler("lambda", "local", "local-secret", "us-east-1"))
        {
            BaseAddress = new Uri(Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL")!),
        };
        await app.Resources.WaitForResourceHealthyAsync("ThumbnailFunction", Cancel);
        JsonNode? described = null;
        await Eventually.HoldsAsync(
            async () =>
                (described = await lambda.GetFromJsonAsync<JsonNode>(Configuration, Cancel)) is JsonObject function
                && (string?)function["State"] == "Active"
                && function.ContainsKey("CodeSha256"),
            () => $"an active function; it is {described}");
        var assembly = await File.ReadAllBytesAsync(
            Path.Combine(AppContext.BaseDirectory, "ImageApp.ThumbnailFunction.dll"),
            Cancel);
        Assert.Equal(Convert.ToBase64String(SHA256.HashData(assembly)), (string?)described!["CodeSha256"]);

        await ChangeAsync(lambda, """{"Environment":{"Variables":{"SET_BY_LAMBDA":"yes"}}}""");
        try
        {
            await RestartAsync(app);
            Assert.Contains("SET_BY_LAMBDA=yes", await VariablesAsync(app));
        }
        finally
        {
            await ChangeAsync(lambda, """{"Environment":{"Variables":{}}}""");
        }

        await RestartAsync(app);
        Assert.DoesNotContain("SET_BY_LAMBDA=yes", await VariablesAsync(app));
    }

    private static async Task ChangeAsync(HttpClient lambda, string change)
    {
        using var content = new StringContent(change);
        using var changed = await lambda.PutAsync(Configuration, content, Cancel);
        Assert.True(changed.IsSuccessStatusCode, await changed.Content.ReadAsStringAsync(Cancel));
    }

    private static async Task RestartAsync(RunningApplication app)
    {
        var restarted = await app.Commands.ExecuteCommandAsync("ThumbnailFunction", KnownResourceCommands.RestartCommand, Cancel);
        Assert.True(restarted.Success, restarted.Message);
        await app.Resources.WaitForResourceHealthyAsync("ThumbnailFunction", Cancel);
    }

    private static async Task<string[]> VariablesAsync(RunningApplication app)
    {
        var id = RunningApplication.ProcessId(await app.ProcessAsync("ThumbnailFunction"));
        return (await File.ReadAllTextAsync($"/proc/{id}/environ", Cancel)).Split('\0');
    }
}
