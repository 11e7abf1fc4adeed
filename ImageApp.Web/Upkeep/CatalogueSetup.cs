using ImageApp.Core.Catalogue;
using MySqlConnector;

namespace ImageApp.Web.Upkeep;

/// <summary>Brings the schema up to date at start. A database that is away delays this process's usefulness, not its start.</summary>
internal sealed partial class CatalogueSetup(MySqlDataSource database, TimeProvider time, ILogger<CatalogueSetup> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    /// <summary>Applies migrations before the first request where the database answers; else keeps trying in the background.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!await TryApplyAsync(cancellationToken))
        {
            await base.StartAsync(cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        do
        {
            await Task.Delay(RetryDelay, time, stoppingToken);
        }
        while (!await TryApplyAsync(stoppingToken));
    }

    private async Task<bool> TryApplyAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Asked first and asynchronously: Evolve is synchronous and would hold the start for its whole time-out.
            await using (await database.OpenConnectionAsync(cancellationToken))
            {
            }
        }
        catch (Exception e) when (DatabaseErrors.IsDatabase(e))
        {
            LogAway(logger, e.Message);
            return false;
        }

        await Task.Run(() => CatalogueMigrations.Apply(database, logger), cancellationToken);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database does not answer, the schema is checked later: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);
}
