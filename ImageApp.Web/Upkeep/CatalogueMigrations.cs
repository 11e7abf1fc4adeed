using EvolveDb;
using ImageApp.Core.Catalogue;
using MySqlConnector;

namespace ImageApp.Web.Upkeep;

/// <summary>Brings the database to the schema this version needs: the versioned scripts embedded in Core.</summary>
internal static partial class CatalogueMigrations
{
    /// <summary>
    /// Applies what is missing. Evolve's lock lets one process at a time do so; the others wait and find nothing left to do.
    /// </summary>
    /// <exception cref="EvolveException">A script failed or one that was applied has been changed since.</exception>
    public static void Apply(MySqlDataSource database, ILogger logger)
    {
        using var connection = database.CreateConnection();
        var evolve = new Evolve(connection, message => LogProgress(logger, message))
        {
            EmbeddedResourceAssemblies = [typeof(GalleryCatalogue).Assembly],
            EmbeddedResourceFilters = ["ImageApp.Core.Catalogue.Migrations"],
            MetadataTableName = "schema_history",
            IsEraseDisabled = true,
            CommandTimeout = 300,
        };
        evolve.Migrate();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Migrations: {Progress}")]
    private static partial void LogProgress(ILogger logger, string progress);
}
