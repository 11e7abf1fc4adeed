using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ImageApp.AppHost.Hosting.Functions;

/// <summary>A model on this machine, without a key.</summary>
internal static partial class OllamaExtensions
{
    /// <summary>
    /// With <c>Ollama</c> (<c>./run --ollama</c>, or <c>--ollama=MODEL</c>) the local Ollama describes the pictures. Without it, and
    /// without any other model, the start says in one line that there is one.
    /// </summary>
    /// <exception cref="DistributedApplicationException">
    /// It is asked for and does not answer, or has no such model, or none that takes pictures.
    /// </exception>
    public static IDistributedApplicationBuilder WithOllama(this IDistributedApplicationBuilder builder)
    {
        var server = OllamaServer.At(Environment.GetEnvironmentVariable("OLLAMA_HOST"));
        if (builder.Configuration["Ollama"] is { Length: > 0 } wish && !wish.Equals("false", StringComparison.OrdinalIgnoreCase))
        {
            // The command line was read; this wins over it.
            var isAny = wish.Equals("true", StringComparison.OrdinalIgnoreCase);
            builder.Configuration["Captioning:Model"] = ChooseModel(server, isAny ? null : wish);
            builder.Configuration["Captioning:BaseUrl"] = server.BaseUrl.ToString();
            return builder;
        }

        if (new[] { "ApiKey", "BaseUrl" }.All(setting => string.IsNullOrEmpty(builder.Configuration[$"Captioning:{setting}"])))
        {
            builder.Eventing.Subscribe<AfterResourcesCreatedEvent>(
                async (created, cancellationToken) =>
                {
                    if (await server.ListVisionModelsAsync(cancellationToken) is { } models)
                    {
                        var log = created.Services.GetRequiredService<ILoggerFactory>().CreateLogger("ImageApp");
                        var command = models.Count > 0 ? $"./run --ollama={models[0]}" : "ollama pull gemma3, then ./run --ollama";
                        LogOllama(log, server.Address, command);
                    }
                }
            );
        }

        return builder;
    }

    private static string ChooseModel(OllamaServer server, string? model)
    {
        var models =
            server.ListVisionModelsAsync(CancellationToken.None).GetAwaiter().GetResult()
            ?? throw new DistributedApplicationException(
                $"No Ollama answers at {server.Address}. Start it (ollama serve), or name its address in OLLAMA_HOST."
            );
        if (model is null)
        {
            return models.Count > 0
                ? models[0]
                : throw new DistributedApplicationException(
                    $"The Ollama at {server.Address} has no model that takes pictures. Fetch one (ollama pull gemma3)."
                );
        }

        return models.FirstOrDefault(name => name == model || name == $"{model}:latest")
            ?? throw new DistributedApplicationException(
                $"The Ollama at {server.Address} has no model {model} that takes pictures. "
                    + (models.Count > 0 ? $"It has {string.Join(", ", models)}." : $"Fetch it (ollama pull {model}).")
            );
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Ollama answers at {Address}: it describes the pictures without a key with {Command}"
    )]
    private static partial void LogOllama(ILogger logger, Uri address, string command);
}
