using Microsoft.Extensions.DependencyInjection;

namespace ImageApp.Core.Catalogue;

/// <summary>Registers the catalogue.</summary>
public static class CatalogueServices
{
    /// <summary>Adds the catalogue by audience, over the data source that is registered.</summary>
    public static IServiceCollection AddCatalogue(this IServiceCollection services) => services
        .AddSingleton<GalleryCatalogue>()
        .AddSingleton<UploadCatalogue>()
        .AddSingleton<StepResults>()
        .AddSingleton<CaptioningState>()
        .AddSingleton<UpkeepCatalogue>()
        .AddSingleton<CatalogueLock>();
}
