using System.ClientModel;
using System.ClientModel.Primitives;
using ImageApp.Core;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenAI;

namespace ImageApp.CaptionFunction;

/// <summary>Chooses who writes captions.</summary>
internal static class CaptionerServices
{
    /// <summary>Adds the model where <c>Captioning:ApiKey</c> is set, or a parameter that holds it, else the offline describer.</summary>
    /// <exception cref="ArgumentException">A setting is not valid; the message names it.</exception>
    public static async Task AddCaptionerAsync(IServiceCollection services, IConfiguration configuration)
    {
        await ModelKey.ResolveAsync(configuration, TimeProvider.System, CancellationToken.None);
        var options = (configuration.GetSection(CaptioningOptions.Section).Get<CaptioningOptions>() ?? new CaptioningOptions()).Validated();
        services.AddSingleton(options);
        if (string.IsNullOrWhiteSpace(options.ApiKey))
        {
            services.AddSingleton<ICaptioner, OfflineDescriber>();
            return;
        }

        services.AddSingleton(provider => CreateChatClient(options, provider.GetService<ILoggerFactory>()));
        services.AddSingleton<ICaptioner>(provider => new ModelCaptioner(
            provider.GetRequiredService<IChatClient>(),
            options,
            provider.GetRequiredService<ImageLimits>(),
            provider.GetRequiredService<ILogger<ModelCaptioner>>()));
    }

    /// <summary>A client of the provider's OpenAI-compatible API. It does not retry: who retries, and when, is decided here.</summary>
    internal static IChatClient CreateChatClient(CaptioningOptions options, ILoggerFactory? loggers)
    {
        var client = new OpenAIClient(new ApiKeyCredential(options.ApiKey!), new OpenAIClientOptions
        {
            Endpoint = options.BaseUrl,
            NetworkTimeout = options.Timeout,
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        });
        return client.GetChatClient(options.Model).AsIChatClient().AsBuilder().UseOpenTelemetry(loggers).Build();
    }
}
