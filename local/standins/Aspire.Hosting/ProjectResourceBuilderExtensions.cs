using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Projects;

namespace Aspire.Hosting;

/// <summary>Adds .NET projects.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a project with the endpoints and environment of its launch profile.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new()
    {
        var metadata = new TProject();
        var project = builder.AddResource(new ProjectResource(name)).WithAnnotation<IProjectMetadata>(metadata).WithProjectDefaults();
        LaunchProfile.Read(metadata.ProjectPath)?.Apply(project);
        return project;
    }

    /// <summary>Adds a project with the endpoints and environment of a launch profile, or of none.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="launchProfileName">Null for none; else only the first profile's name is known here.</param>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name, string? launchProfileName)
        where TProject : IProjectMetadata, new() => launchProfileName is null
        ? builder.AddResource(new ProjectResource(name)).WithAnnotation<IProjectMetadata>(new TProject()).WithProjectDefaults()
        : builder.AddProject<TProject>(name);

    /// <summary>Runs several instances behind one proxy.</summary>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas) =>
        builder.WithAnnotation(new ReplicaAnnotation(replicas), ResourceAnnotationMutationBehavior.Replace);

    // What every .NET process is told, as Aspire does.
    internal static IResourceBuilder<T> WithProjectDefaults<T>(this IResourceBuilder<T> builder)
        where T : ProjectResource => builder
        .WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_OTLP_EMIT_EXCEPTION_LOG_ATTRIBUTES", "true")
        .WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_OTLP_EMIT_EVENT_LOG_ATTRIBUTES", "true")
        .WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "in_memory")
        .WithEnvironment("LOGGING__CONSOLE__FORMATTERNAME", "simple");
}
