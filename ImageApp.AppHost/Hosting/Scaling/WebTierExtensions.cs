using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ImageApp.AppHost.Hosting.Scaling;

/// <summary>Adds the web tier.</summary>
internal static class WebTierExtensions
{
    /// <summary>
    /// Adds the web app on port 5000 (<c>Gallery:Port</c>) as one process (or <c>Gallery:Replicas</c> of them behind the orchestrator's proxy). With <c>Scaling:Enabled</c> a load balancer takes that name
    /// and port, and behind it is a group of instances that grows and shrinks with their CPU, as on AWS.
    /// </summary>
    /// <typeparam name="TWeb">The web app.</typeparam>
    /// <typeparam name="TBalancer">The load balancer.</typeparam>
    public static void AddWebTier<TWeb, TBalancer>(this IDistributedApplicationBuilder builder, string name, Action<IResourceBuilder<ProjectResource>> configure)
        where TWeb : IProjectMetadata, new()
        where TBalancer : IProjectMetadata, new()
    {
        var options = ScalingOptions.From(builder.Configuration);
        void SetPort(EndpointAnnotation endpoint) => endpoint.Port = builder.Configuration.GetValue("Gallery:Port", endpoint.Port);
        if (!options.Enabled)
        {
            configure(builder.AddProject<TWeb>(name)
                .WithEndpoint("http", SetPort)
                .WithReplicas(builder.Configuration.GetValue("Gallery:Replicas", 1))
                .WithExternalHttpEndpoints()
                .WithHttpHealthCheck("/health"));
            return;
        }

        var balancer = builder.AddProject<TBalancer>(name)
            .WithEndpoint("http", SetPort)
            .WithExternalHttpEndpoints()
            .WithHttpHealthCheck("/health")
            .WithEnvironment("HealthCheck__Interval", TimeSpan.FromSeconds(30 / options.TimeFactor).ToString("c", CultureInfo.InvariantCulture));
        var instances = new List<IResourceBuilder<ProjectResource>>();
        for (var i = 1; i <= options.MaxSize; i++)
        {
            var instance = builder.AddProject<TWeb>(string.Create(CultureInfo.InvariantCulture, $"{name}-{i}"), launchProfileName: null)
                .WithHttpEndpoint()
                .WithEnvironment("ASPNETCORE_ENVIRONMENT", "Development")
                .WithHttpHealthCheck("/health");
            configure(instance);
            instances.Add(i > options.MinSize ? instance.WithExplicitStart() : instance);
        }

        builder.Services.AddSingleton<IHostedService>(services => new ScalingGroup(
            options, balancer.GetEndpoint("http"), [.. instances.Select(instance => new ScalingInstance(instance.Resource, instance.GetEndpoint("http")))],
            services.GetRequiredService<ResourceNotificationService>(), services.GetRequiredService<ResourceCommandService>(),
            services.GetRequiredService<ResourceLoggerService>().GetLogger(balancer.Resource)));
    }
}
