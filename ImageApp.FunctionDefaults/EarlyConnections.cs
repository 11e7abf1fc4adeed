using ImageApp.Core.Catalogue;
using ImageApp.Core.Storage;
using Microsoft.Extensions.Logging;
using MySqlConnector;

namespace ImageApp.FunctionDefaults;

/// <summary>
/// Reaches bucket and database beside the first poll, so that the first image finds both connected. Neither has to be there yet: what
/// needs them says so itself.
/// </summary>
internal sealed partial class EarlyConnections(ImageBucket bucket, MySqlDataSource database, ILogger<EarlyConnections> logger)
{
    /// <summary>Opens them, each by itself.</summary>
    public Task OpenAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => OpenAsync(bucket.ConnectAsync, cancellationToken), cancellationToken),
        Task.Run(() => OpenAsync(ConnectAsync, cancellationToken), cancellationToken));

    private async Task OpenAsync(Func<CancellationToken, Task> connect, CancellationToken cancellationToken)
    {
        try
        {
            await connect(cancellationToken);
        }
        catch (Exception e) when (DatabaseErrors.IsDatabase(e) || e is BucketUnavailableException)
        {
            LogConnectedLater(logger, e.Message);
        }
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not reached yet; tried again with the first picture: {Reason}")]
    private static partial void LogConnectedLater(ILogger logger, string reason);
}
