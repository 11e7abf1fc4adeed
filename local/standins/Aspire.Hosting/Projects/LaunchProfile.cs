using System.Net.Sockets;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Projects;

/// <summary>The first profile of a project's <c>launchSettings.json</c>.</summary>
internal sealed record LaunchProfile(IReadOnlyList<Uri> ApplicationUrls, IReadOnlyDictionary<string, string> EnvironmentVariables)
{
    public static LaunchProfile? Read(string projectPath)
    {
        var path = Path.Combine(Path.GetDirectoryName(projectPath)!, "Properties", "launchSettings.json");
        if (!File.Exists(path))
        {
            return null;
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        if (!document.RootElement.TryGetProperty("profiles", out var profiles) || profiles.EnumerateObject().FirstOrDefault() is not { Value.ValueKind: JsonValueKind.Object } first)
        {
            return null;
        }

        var urls = first.Value.TryGetProperty("applicationUrl", out var list) ? list.GetString()!.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
        var variables = first.Value.TryGetProperty("environmentVariables", out var environment)
            ? environment.EnumerateObject().ToDictionary(variable => variable.Name, variable => variable.Value.GetString() ?? "")
            : [];
        return new LaunchProfile([.. urls.Select(url => new Uri(url))], variables);
    }

    /// <summary>Gives a project its endpoints and environment.</summary>
    public void Apply<T>(IResourceBuilder<T> project)
        where T : ProjectResource
    {
        foreach (var url in ApplicationUrls)
        {
            project.WithAnnotation(new EndpointAnnotation(ProtocolType.Tcp, url.Scheme, name: url.Scheme, port: url.Port));
        }

        project.WithEnvironment(context =>
        {
            foreach (var (name, value) in EnvironmentVariables)
            {
                context.EnvironmentVariables[name] = value;
            }
        });
    }
}
