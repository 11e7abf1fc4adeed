using ImageApp.CaptionFunction.Provider;
using ImageApp.Core;
using ImageApp.Core.Catalogue;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ImageApp.CaptionFunction;

/// <summary>Chooses who writes captions.</summary>
internal static class CaptionerServices
{
    /// <summary>
    /// Adds the model where <c>Captioning:ApiKey</c> (or a parameter that holds it) or <c>Captioning:BaseUrl</c> is set, else the offline
    /// describer.
    /// </summary>
    /// <exception cref="ArgumentException">A setting is not valid; the message names it.</exception>
    public static async Task AddCaptionerAsync(IServiceCollection services, IConfiguration configuration)
    {
        await ModelKey.ResolveAsync(configuration, TimeProvider.System, CancellationToken.None);
        var options = (configuration.GetSection(CaptioningOptions.Section).Get<CaptioningOptions>() ?? new CaptioningOptions()).Validated();
        services.AddSingleton(options);
        if (!options.UsesModel)
        {
            services.AddSingleton<ICaptioner, OfflineDescriber>();
            return;
        }

        services.AddSingleton(provider =>
        {
            var client = CreateChatClient(options, TimeProvider.System, provider.GetRequiredService<ILoggerFactory>());
            return options.MaxPerDay is { } max
                ? new DailyLimit(client, max, provider.GetRequiredService<CaptioningState>(), TimeProvider.System)
                : client;
        });
        services.AddSingleton<ICaptioner>(provider => new ModelCaptioner(
            provider.GetRequiredService<IChatClient>(),
            options,
            provider.GetRequiredService<ImageLimits>(),
            TimeProvider.System,
            provider.GetRequiredService<ILogger<ModelCaptioner>>()));
    }

    /// <summary>A client of the provider's OpenAI-compatible API, with <c>gen_ai</c> spans and metrics.</summary>
    internal static IChatClient CreateChatClient(CaptioningOptions options, TimeProvider time, ILoggerFactory loggers) =>
        new ChatCompletionsClient(options, time, loggers.CreateLogger<ChatCompletionsClient>())
            .AsBuilder()
            .UseOpenTelemetry(loggers)
            .Build();
}
