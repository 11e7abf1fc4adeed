using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ImageApp.AppHost.Hosting.Start;

/// <summary>Adds <see cref="FailureMessages"/>.</summary>
internal static class FailureMessagesExtensions
{
    /// <summary>Has each resource that fails named at the terminal, with its reason.</summary>
    public static IDistributedApplicationBuilder WithFailureMessages(this IDistributedApplicationBuilder builder)
    {
        // First: the orchestrator starts the services after its own only when every resource has been made.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService, FailureMessages>());
        return builder;
    }
}
