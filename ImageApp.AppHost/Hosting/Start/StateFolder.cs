namespace ImageApp.AppHost.Hosting.Start;

/// <summary>Where the application finds and keeps its files on this machine.</summary>
internal static class StateFolder
{
    /// <summary>A folder from configuration, or below <c>.local</c> beside the solution: what must outlive a run.</summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="configurationKey">For example <c>LocalAws:DataDirectory</c>.</param>
    /// <param name="name">The folder's name below <c>.local</c>.</param>
    public static string Of(IDistributedApplicationBuilder builder, string configurationKey, string name) =>
        Path.GetFullPath(
            builder.Configuration[configurationKey] is { Length: > 0 } configured
                ? configured
                : Path.Combine(builder.AppHostDirectory, "..", ".local", name)
        );

    /// <summary>A file beside <c>AppHost.cs</c>, wherever the application was started from.</summary>
    public static string PathOf(this IDistributedApplicationBuilder builder, string file) => Path.Combine(builder.AppHostDirectory, file);
}
