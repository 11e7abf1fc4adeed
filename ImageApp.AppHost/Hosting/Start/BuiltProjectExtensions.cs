using Microsoft.Extensions.Configuration;

namespace ImageApp.AppHost.Hosting.Start;

/// <summary>Starts projects without asking the SDK.</summary>
internal static class BuiltProjectExtensions
{
    /// <summary>
    /// Runs the executable that the AppHost's own build has just made, instead of <c>dotnet run --no-build</c>, whose evaluation of the
    /// project
    /// costs more than a second of a core for each process. An IDE that debugs, and <c>dotnet watch</c>, still get the project.
    /// </summary>
    public static IResourceBuilder<T> AsBuilt<T>(this IResourceBuilder<T> builder)
        where T : ProjectResource
    {
        var configuration = builder.ApplicationBuilder.Configuration;
        if (configuration["DEBUG_SESSION_PORT"] is { Length: > 0 } || configuration.GetValue("DOTNET_WATCH", "") is "1" or "true")
        {
            return builder;
        }

        var project = builder.Resource.GetProjectMetadata().ProjectPath;
        var folder = Path.GetDirectoryName(project)!;
        // .../bin/Debug/net10.0: every project was built for the same configuration and framework as this assembly.
        var built = new DirectoryInfo(Path.GetDirectoryName(typeof(BuiltProjectExtensions).Assembly.Location)!);
        var name = Path.GetFileNameWithoutExtension(project) + (OperatingSystem.IsWindows() ? ".exe" : "");
        var program = Path.Combine(folder, "bin", built.Parent!.Name, built.Name, name);
        return File.Exists(program)
            ? builder.WithAnnotation(new ExecutableAnnotation { Command = program, WorkingDirectory = folder })
            : builder;
    }
}
