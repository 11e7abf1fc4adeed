namespace ImageApp.AppHost.Hosting.Start;

/// <summary>
/// The names by which what listens on this machine may be asked for. A web page whose own name leads to a loopback address (DNS rebinding)
/// would else be of the same origin as the gallery or the dashboard.
/// </summary>
internal static class AllowedHosts
{
    // ASP.NET Core's host filtering (Microsoft.AspNetCore.HostFiltering) reads it.
    private const string Variable = "AllowedHosts";
    private const string Loopback = "localhost;*.localhost;127.0.0.1;[::1]";
    private const string DashboardName = "aspire-dashboard";

    /// <summary>Has a program of this application answer to its allowed names only; <c>Gallery:AllowedHosts</c> adds others.</summary>
    public static IResourceBuilder<ProjectResource> WithAllowedHosts(this IResourceBuilder<ProjectResource> program) =>
        program.WithEnvironment(Variable, Of(program.ApplicationBuilder));

    /// <summary>Has the dashboard do so too.</summary>
    public static IDistributedApplicationBuilder WithAllowedHostsOfDashboard(this IDistributedApplicationBuilder builder)
    {
        var hosts = Of(builder);
        var isSet = false;
        builder.Eventing.Subscribe<BeforeResourceStartedEvent>(
            (starting, _) =>
            {
                // The dashboard joins the model later than any event before this one can tell.
                if (starting.Resource.Name == DashboardName && !isSet)
                {
                    isSet = true;
                    starting.Resource.Annotations.Add(
                        new EnvironmentCallbackAnnotation(context => context.EnvironmentVariables[Variable] = hosts)
                    );
                }

                return Task.CompletedTask;
            }
        );
        return builder;
    }

    private static string Of(IDistributedApplicationBuilder builder) =>
        builder.Configuration["Gallery:AllowedHosts"] is { Length: > 0 } others ? $"{Loopback};{others}" : Loopback;
}
