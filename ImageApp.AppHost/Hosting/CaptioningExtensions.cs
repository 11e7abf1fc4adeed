using Aspire.Hosting.AWS.Lambda;

namespace ImageApp.AppHost.Hosting;

/// <summary>Hands the caption function its settings.</summary>
internal static class CaptioningExtensions
{
    private static readonly string[] Settings =
    [
        "ApiKey", "BaseUrl", "Model", "Prompt", "Language", "ReasoningEffort", "Timeout", "MaxOutputTokens", "MaxRetryAfter",
    ];

    /// <summary>
    /// Every <c>Captioning:*</c> setting of the AppHost (user secrets, environment, command line) that is there; without
    /// <c>Captioning:ApiKey</c> and <c>Captioning:BaseUrl</c> captions are written offline.
    /// </summary>
    public static IResourceBuilder<LambdaProjectResource> WithCaptioning(this IResourceBuilder<LambdaProjectResource> function)
    {
        var configuration = function.ApplicationBuilder.Configuration;
        foreach (var setting in Settings)
        {
            if (configuration[$"Captioning:{setting}"] is not { Length: > 0 } value)
            {
                continue;
            }

            if (setting == "ApiKey")
            {
                function.WithEnvironment("Captioning__ApiKey", function.ApplicationBuilder.AddParameter("captioning-api-key", value, secret: true));
            }
            else
            {
                function.WithEnvironment($"Captioning__{setting}", value);
            }
        }

        return function;
    }
}
