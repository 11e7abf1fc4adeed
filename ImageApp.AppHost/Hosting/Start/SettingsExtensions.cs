using Microsoft.Extensions.Configuration;

namespace ImageApp.AppHost.Hosting.Start;

/// <summary>Hands settings on.</summary>
internal static class SettingsExtensions
{
    /// <summary>
    /// Every setting of these configuration sections that the AppHost was given (command line, environment, user secrets), as environment
    /// variables of a resource: <c>ImageLimits:MaxBytes</c> becomes <c>ImageLimits__MaxBytes</c>.
    /// </summary>
    public static IResourceBuilder<T> WithSettings<T>(this IResourceBuilder<T> builder, params string[] sections)
        where T : IResourceWithEnvironment
    {
        foreach (
            var (key, value) in sections.SelectMany(section => builder.ApplicationBuilder.Configuration.GetSection(section).AsEnumerable())
        )
        {
            if (value is { Length: > 0 })
            {
                builder.WithEnvironment(key.Replace(":", "__", StringComparison.Ordinal), value);
            }
        }

        return builder;
    }
}
