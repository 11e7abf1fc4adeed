using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.AppHost.Hosting.Start;

namespace ImageApp.AppHost.Hosting.Web;

/// <summary>What the dashboard can do with the gallery.</summary>
internal static class GalleryCommandsExtensions
{
    private const string Samples = "Samples";

    /// <summary>Adds commands that fill and empty the gallery, through its own API.</summary>
    public static IResourceBuilder<ProjectResource> WithGalleryCommands(this IResourceBuilder<ProjectResource> web)
    {
        var folder = web.ApplicationBuilder.PathOf(Samples);
        return web.WithCommand(
                "add-samples",
                "Add sample pictures",
                context => AddSamplesAsync(web, folder, context.CancellationToken),
                new CommandOptions
                {
                    Description = "Uploads a few pictures that come with the application.",
                    IconName = "ImageAdd",
                    UpdateState = WhileHealthy,
                }
            )
            .WithCommand(
                "empty",
                "Empty the gallery",
                context => EmptyAsync(web, context.CancellationToken),
                new CommandOptions
                {
                    Description = "Deletes every picture: original, renditions and row.",
                    ConfirmationMessage = "Delete every picture of the gallery?",
                    IconName = "Delete",
                    UpdateState = WhileHealthy,
                }
            );
    }

    private static ResourceCommandState WhileHealthy(UpdateCommandStateContext context) =>
        context.ResourceSnapshot.HealthStatus == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
            ? ResourceCommandState.Enabled
            : ResourceCommandState.Disabled;

    private static async Task<ExecuteCommandResult> AddSamplesAsync(
        IResourceBuilder<ProjectResource> web,
        string folder,
        CancellationToken cancellationToken
    )
    {
        using var client = Client(web);
        var files = Directory.GetFiles(folder, "*.jpg");
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            using var form = new MultipartFormDataContent
            {
                { new ByteArrayContent(await File.ReadAllBytesAsync(file, cancellationToken)), "file", Path.GetFileName(file) },
            };
            using var answer = await client.PostAsync(new Uri("/api/images", UriKind.Relative), form, cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                return CommandResults.Failure($"{Path.GetFileName(file)}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
            }
        }

        return CommandResults.Success(string.Create(CultureInfo.InvariantCulture, $"{files.Length} pictures added."));
    }

    private static async Task<ExecuteCommandResult> EmptyAsync(IResourceBuilder<ProjectResource> web, CancellationToken cancellationToken)
    {
        using var client = Client(web);
        var deleted = 0;
        while (true)
        {
            var page = await client.GetFromJsonAsync<JsonObject>(new Uri("/api/images?limit=100", UriKind.Relative), cancellationToken);
            if (page?["images"]?.AsArray() is not { Count: > 0 } images)
            {
                return CommandResults.Success(string.Create(CultureInfo.InvariantCulture, $"{deleted} pictures deleted."));
            }

            foreach (var image in images)
            {
                using var answer = await client.DeleteAsync(new Uri($"/api/images/{image!["id"]}", UriKind.Relative), cancellationToken);
                if (!answer.IsSuccessStatusCode)
                {
                    return CommandResults.Failure(
                        $"{deleted} pictures deleted, then: {await answer.Content.ReadAsStringAsync(cancellationToken)}"
                    );
                }

                deleted++;
            }
        }
    }

    private static HttpClient Client(IResourceBuilder<ProjectResource> web) => new() { BaseAddress = new Uri(web.GetEndpoint("http").Url) };
}
