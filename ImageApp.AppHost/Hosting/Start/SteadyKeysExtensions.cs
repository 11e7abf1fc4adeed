using Microsoft.Extensions.Configuration;

namespace ImageApp.AppHost.Hosting.Start;

/// <summary>Keeps the keys by which the dashboard knows this run's processes.</summary>
internal static class SteadyKeysExtensions
{
    private static readonly string[] Names = ["AppHost:OtlpApiKey", "AppHost:DashboardApiKey"];

    /// <summary>
    /// Has every process of this run sent the keys that the dashboard was started with. Aspire keeps them in the user secrets, which are
    /// read again when they change: another AppHost that writes its own would have the dashboard refuse whatever is started after that.
    /// </summary>
    public static IDistributedApplicationBuilder WithSteadyKeys(this IDistributedApplicationBuilder builder)
    {
        var keys = Names.Select(name => KeyValuePair.Create(name, builder.Configuration[name])).Where(key => key.Value is not null);
        builder.Configuration.AddInMemoryCollection(keys.ToList());
        return builder;
    }
}
