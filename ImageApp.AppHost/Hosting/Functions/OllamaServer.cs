using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ImageApp.AppHost.Hosting.Functions;

/// <summary>Ollama on this machine, as far as describing pictures needs it.</summary>
/// <param name="Address">Where it answers: <c>OLLAMA_HOST</c>, or its usual address.</param>
internal sealed record OllamaServer(Uri Address)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The base URL of its OpenAI-compatible API (Ollama's documentation, "OpenAI compatibility").</summary>
    public Uri BaseUrl => new(Address, "/v1/");

    /// <summary>The server that <c>OLLAMA_HOST</c> names, else the usual one.</summary>
    /// <param name="host">The variable's value: <c>HOST</c>, <c>HOST:PORT</c> or a URL; null or empty where it is not set.</param>
    public static OllamaServer At(string? host)
    {
        if (string.IsNullOrWhiteSpace(host))
        {
            return new OllamaServer(new Uri("http://localhost:11434/"));
        }

        var text = host.Trim();
        var hasScheme = text.Contains("://", StringComparison.Ordinal);
        var address = new UriBuilder(hasScheme ? text : $"http://{text}");

        // It listens on any address where that is what the variable says.
        address.Host = address.Host is "0.0.0.0" or "[::]" or "" ? "localhost" : address.Host;
        address.Port = !hasScheme && !text.Contains(':', StringComparison.Ordinal) ? 11434 : address.Port;
        return new OllamaServer(address.Uri);
    }

    /// <summary>The names of the models that take pictures; null where no Ollama answers.</summary>
    public async Task<IReadOnlyList<string>?> ListVisionModelsAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = Address, Timeout = Patience };
        try
        {
            var tags = await http.GetFromJsonAsync<JsonObject>("/api/tags", cancellationToken);
            var models = new List<string>();
            foreach (var name in (tags?["models"] as JsonArray ?? []).Select(model => (string?)model?["name"]).OfType<string>())
            {
                using var answer = await http.PostAsJsonAsync("/api/show", new JsonObject { ["model"] = name }, cancellationToken);
                var shown = answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonObject>(cancellationToken) : null;
                if ((shown?["capabilities"] as JsonArray ?? []).Any(capability => (string?)capability == "vision"))
                {
                    models.Add(name);
                }
            }

            return models;
        }
        catch (Exception e)
            when (e is HttpRequestException or System.Text.Json.JsonException or InvalidOperationException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Nothing answers there, or something else does.
            return null;
        }
    }
}
