using ImageApp.Core.Catalogue;
using MySqlConnector;

namespace ImageApp.Tests.Core;

/// <summary>One catalogue, as each of its audiences sees it.</summary>
internal sealed class CatalogueByAudience(MySqlDataSource database)
{
    public GalleryCatalogue Gallery { get; } = new(database);

    public UploadCatalogue Uploads { get; } = new(database);

    public StepResults Results { get; } = new(database);

    public UpkeepCatalogue Upkeep { get; } = new(database);

    public CaptioningState Captioning { get; } = new(database);

    public CatalogueLock Locks { get; } = new(database);
}
