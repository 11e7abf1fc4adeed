using Aspire.Hosting.AWS.Lambda;
using ImageApp.AppHost.Hosting.Start;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ImageApp.AppHost.Hosting.Functions;

/// <summary>Hands the caption function its settings.</summary>
internal static class CaptioningExtensions
{
    /// <summary>
    /// Every <c>Captioning:*</c> setting of the AppHost. Key and model are parameters as well, so that they can be typed into the
    /// dashboard;
    /// the function starts again with them. Without a key captions are written offline.
    /// </summary>
    public static IResourceBuilder<LambdaProjectResource> WithCaptioning(this IResourceBuilder<LambdaProjectResource> function)
    {
        var builder = function.ApplicationBuilder;
        var key = builder
            .AddSetting("captioning-api-key", "Captioning:ApiKey", secret: true)
            .WithDescription(
                "The key of the model's provider. Without one, captions are written on this machine, from shape, colours and EXIF."
            );
        var model = builder
            .AddSetting("captioning-model", "Captioning:Model", secret: false)
            .WithDescription("The model that describes pictures; empty is the default, gemini-flash-latest.");
        builder.Services.AddSingleton<IHostedService>(services =>
            ActivatorUtilities.CreateInstance<ParameterRestarts>(services, function.Resource, new[] { key.Resource, model.Resource })
        );
        return function
            .WithSettings("Captioning")
            .WithEnvironment(async context =>
            {
                // An empty variable would take the place of the function's own default.
                await SetAsync("Captioning__ApiKey", key.Resource);
                await SetAsync("Captioning__Model", model.Resource);

                async Task SetAsync(string name, ParameterResource parameter)
                {
                    if (await parameter.GetValueAsync(context.CancellationToken) is { Length: > 0 })
                    {
                        context.EnvironmentVariables[name] = parameter;
                    }
                }
            });
    }

    // Typed into the dashboard and remembered, it is below Parameters in the user secrets.
    private static IResourceBuilder<ParameterResource> AddSetting(
        this IDistributedApplicationBuilder builder,
        string name,
        string setting,
        bool secret
    ) =>
        builder.AddParameter(
            name,
            () => builder.Configuration[setting] ?? builder.Configuration[$"Parameters:{name}"] ?? "",
            secret: secret
        );
}
