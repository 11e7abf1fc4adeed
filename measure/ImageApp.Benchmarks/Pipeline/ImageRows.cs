using System.Diagnostics;
using System.Globalization;
using ImageApp.Benchmarks.Processes;
using MySqlConnector;

namespace ImageApp.Benchmarks.Pipeline;

/// <summary>Looks into the table of either application for what has become of pictures.</summary>
internal static class ImageRows
{
    /// <summary>Both results are there.</summary>
    public const string Described = "thumbnail_key IS NOT NULL AND caption IS NOT NULL";

    /// <summary>The thumbnail is there.</summary>
    public const string HasThumbnail = "thumbnail_key IS NOT NULL";

    // A round is two milliseconds.
    private const int Rounds = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Waits until so many rows are as they are to be.</summary>
    /// <param name="gallery">Whose.</param>
    /// <param name="condition">How they are to be, in SQL.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">
    /// Two minutes passed without a further one; what the functions wrote is in the message.
    /// </exception>
    public static async Task WaitAsync(RunningGallery gallery, string condition, long count, CancellationToken cancellationToken)
    {
        await using var connection = new MySqlConnection(gallery.ConnectionString);
        await connection.OpenAsync(cancellationToken);

        // The server itself looks again and again: to be asked each time would take a third of a processor from what is measured.
        await using var command = new MySqlCommand(
            FormattableString.Invariant($"""
            BEGIN NOT ATOMIC
                DECLARE found, rounds BIGINT DEFAULT 0;
                REPEAT
                    DO SLEEP(IF(rounds = 0, 0, 0.002));
                    SELECT COUNT(*) INTO found FROM captions WHERE {condition};
                    SET rounds = rounds + 1;
                UNTIL found >= {count} OR rounds = {Rounds} END REPEAT;
                SELECT found;
            END
            """),
            connection);
        var (found, since) = (0L, Stopwatch.GetTimestamp());
        while (found < count)
        {
            var now = Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
            if (now > found)
            {
                (found, since) = (now, Stopwatch.GetTimestamp());
            }
            else if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                var output = string.Join('\n', gallery.Functions.Append(gallery.Aws.Process).Select(process => process.Output));
                throw new InvalidOperationException($"{found} of {count} rows became '{condition}':\n{output}");
            }
        }
    }
}
