using ImageApp.AppHost.Hosting.Functions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ImageApp.Tests.AppHost;

/// <summary>What is asked of an Ollama, whose API a server of the test's speaks (Ollama's documentation, "API").</summary>
public sealed class OllamaServerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, "http://localhost:11434/v1/")]
    [InlineData("", "http://localhost:11434/v1/")]
    [InlineData("0.0.0.0", "http://localhost:11434/v1/")]
    [InlineData("127.0.0.1:9000", "http://127.0.0.1:9000/v1/")]
    [InlineData("http://gpu.example:8080", "http://gpu.example:8080/v1/")]
    public void The_address_is_the_one_that_its_own_variable_names(string? host, string expected) =>
        Assert.Equal(expected, OllamaServer.At(host).BaseUrl.ToString());

    [Fact]
    public async Task Models_that_take_pictures_are_found_and_others_are_not()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.MapGet("/api/tags", () => Results.Text("""{"models":[{"name":"llama3:8b"},{"name":"gemma3:4b"}]}""", "application/json"));
        server.MapPost("/api/show", async (HttpRequest request) =>
        {
            using var body = new StreamReader(request.Body);
            var isVision = (await body.ReadToEndAsync()).Contains("gemma3", StringComparison.Ordinal);
            return Results.Text(
                isVision ? """{"capabilities":["completion","vision"]}""" : """{"capabilities":["completion"]}""", "application/json");
        });
        await server.StartAsync(Cancel);
        Assert.Equal(["gemma3:4b"], await new OllamaServer(new Uri(server.Urls.Single())).ListVisionModelsAsync(Cancel));
    }

    [Fact]
    public async Task Where_nothing_or_something_else_answers_there_is_none()
    {
        Assert.Null(await new OllamaServer(new Uri($"http://localhost:{FreePort.Next()}/")).ListVisionModelsAsync(Cancel));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.MapFallback(() => "Hello.");
        await server.StartAsync(Cancel);
        Assert.Null(await new OllamaServer(new Uri(server.Urls.Single())).ListVisionModelsAsync(Cancel));
    }
}
