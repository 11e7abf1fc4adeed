using System.Globalization;
using ImageApp.AppHost.Hosting.Start;
using ImageApp.AppHost.Hosting.Web.Scaling;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ImageApp.AppHost.Hosting.Web;

/// <summary>Adds the web tier.</summary>
internal static class WebTierExtensions
{
    /// <summary>
    /// Adds the web app on port 5000 (<c>Gallery:Port</c>) as one process (or <c>Gallery:Replicas</c> of them behind the orchestrator's
    /// proxy).
    /// With <c>Scaling:Enabled</c> a load balancer takes that name and port, and behind it is a group of instances that grows and shrinks
    /// with
    /// their CPU, as on AWS.
    /// </summary>
    /// <typeparam name="TWeb">The web app.</typeparam>
    /// <typeparam name="TBalancer">The load balancer.</typeparam>
    public static void AddWebTier<TWeb, TBalancer>(
        this IDistributedApplicationBuilder builder,
        string name,
        Action<IResourceBuilder<ProjectResource>> configure
    )
        where TWeb : IProjectMetadata, new()
        where TBalancer : IProjectMetadata, new()
    {
        var options = ScalingOptions.From(builder.Configuration);
        if (!options.Enabled)
        {
            configure(builder.AddProject<TWeb>(name).WithReplicas(builder.Configuration.GetValue("Gallery:Replicas", 1)).AsGallery());
            return;
        }

        var balancer = builder
            .AddProject<TBalancer>(name)
            .WithEnvironment(
                "HealthCheck__Interval",
                TimeSpan.FromSeconds(30 / options.TimeFactor).ToString("c", CultureInfo.InvariantCulture)
            )
            .AsGallery();
        var instances = new List<IResourceBuilder<ProjectResource>>();
        for (var i = 1; i <= options.MaxSize; i++)
        {
            var instance = builder
                .AddProject<TWeb>(string.Create(CultureInfo.InvariantCulture, $"{name}-{i}"), launchProfileName: null)
                .AsBuilt()
                .WithAllowedHosts()
                .WithHttpEndpoint()
                .WithEnvironment("ASPNETCORE_ENVIRONMENT", "Development")
                // The load balancer is on this machine; what it is for here, the load test, is one address.
                .WithEnvironment("Proxies__Networks", "127.0.0.0/8,::1/128")
                .WithEnvironment("Limits__Enabled", builder.Configuration["Limits:Enabled"] ?? "false")
                .WithHttpHealthCheck("/health")
                .WithIconName("Server")
                .WithParentRelationship(balancer);
            configure(instance);
            instances.Add(i > options.MinSize ? instance.WithExplicitStart() : instance);
        }

        builder.Services.AddSingleton<IHostedService>(services => new ScalingGroup(
            options,
            balancer.GetEndpoint("http"),
            [.. instances.Select(instance => new ScalingInstance(instance.Resource, instance.GetEndpoint("http")))],
            services.GetRequiredService<ResourceNotificationService>(),
            services.GetRequiredService<ResourceCommandService>(),
            services.GetRequiredService<ResourceLoggerService>().GetLogger(balancer.Resource)
        ));
    }

    /// <summary>Pages that may upload to the bucket directly: <c>Gallery:Origins</c>, or the gallery's own address.</summary>
    public static string GalleryOrigins(this IDistributedApplicationBuilder builder) =>
        builder.Configuration["Gallery:Origins"]
        ?? string.Create(CultureInfo.InvariantCulture, $"http://localhost:{builder.Configuration.GetValue("Gallery:Port", 5000)}");

    private static IResourceBuilder<ProjectResource> AsGallery(this IResourceBuilder<ProjectResource> web) =>
        web.AsBuilt()
            .WithAllowedHosts()
            .WithEndpoint("http", endpoint => endpoint.Port = web.ApplicationBuilder.Configuration.GetValue("Gallery:Port", endpoint.Port))
            .WithUrlForEndpoint("http", url => url.DisplayText = "Gallery")
            .WithExternalHttpEndpoints()
            .WithHttpHealthCheck("/health")
            .WithIconName("Image")
            .WithGalleryCommands()
            .WithReadyMessage();
}
