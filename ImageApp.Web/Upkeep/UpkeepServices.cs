namespace ImageApp.Web.Upkeep;

/// <summary>What every instance does in the background.</summary>
internal static class UpkeepServices
{
    /// <summary>Adds the schema's set-up, the reconciler and the worker that makes deletions final.</summary>
    /// <exception cref="ArgumentException">A setting is not valid; the message names it.</exception>
    public static void AddUpkeep(this WebApplicationBuilder builder)
    {
        var (services, configuration) = (builder.Services, builder.Configuration);
        services.AddSingleton((configuration.GetSection(ReconcilerOptions.Section).Get<ReconcilerOptions>() ?? new()).Validated());
        services.AddSingleton((configuration.GetSection(DeletionOptions.Section).Get<DeletionOptions>() ?? new()).Validated());
        services.AddHostedService<CatalogueSetup>();
        services.AddHostedService<Reconciler>();
        services.AddHostedService<DeletionWorker>();
    }
}
