namespace ImageApp.Web.Upkeep;

/// <summary>What every instance does in the background.</summary>
internal static class UpkeepServices
{
    /// <summary>Adds the schema's set-up, what keeps catalogue and bucket alike, and the worker that makes deletions final.</summary>
    /// <exception cref="ArgumentException">A setting is not valid; the message names it.</exception>
    public static void AddUpkeep(this WebApplicationBuilder builder)
    {
        var (services, configuration) = (builder.Services, builder.Configuration);
        services.AddSingleton((configuration.GetSection(ReconcilerOptions.Section).Get<ReconcilerOptions>() ?? new()).Validated());
        services.AddSingleton((configuration.GetSection(DeletionOptions.Section).Get<DeletionOptions>() ?? new()).Validated());
        services.AddHostedService<CatalogueSetup>();
        services.AddHostedService<SearchIndexing>();
        services.AddSingleton<PipelineRestart>();
        services.AddHostedService<Reconciler>();
        services.AddHostedService<GrantSweep>();
        services.AddHostedService<BucketSweep>();
        services.AddHostedService<DeletionWorker>();
    }
}
