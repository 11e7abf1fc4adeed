using System.Globalization;
using MySqlConnector;

namespace ImageApp.Core.Catalogue;

/// <summary>
/// What all instances of functions and web know of captions as a whole: table <c>captioning</c>, of one row. Every method throws
/// <see cref="MySqlException"/> where the database is away.
/// </summary>
public sealed class CaptioningState(MySqlDataSource database)
{
    /// <summary>What is recorded as the model of a caption that was written without one.</summary>
    public const string OfflineModel = "offline";

    private const string IsByOthers =
        """
        caption_model IS NOT NULL AND caption_model NOT IN (@model, @answeredAs)
        AND caption IS NOT NULL AND caption_edited_at IS NULL AND deleted_at IS NULL AND uploaded_at IS NOT NULL
        """;

    /// <summary>
    /// Says what captions are written with from now on. With other settings than before, a pause is over, and pictures that a setting or a
    /// quota kept without a caption may be asked for again at once.
    /// </summary>
    /// <returns>Whether the settings are others than before.</returns>
    public async Task<bool> AnnounceAsync(CaptioningSettings settings, CancellationToken cancellationToken)
    {
        (string, object?)[] parameters =
            [("@settings", settings.Hash), ("@model", settings.Model), ("@max", settings.MaxPerDay)];
        await database.ExecuteAsync("make captioning row", "INSERT IGNORE INTO captioning (id) VALUES (1)", cancellationToken);
        var isOther = await database.ExecuteAsync(
            "announce settings",
            """
            UPDATE captioning
            SET settings = @settings, answered_as = IF(model <=> @model, answered_as, NULL), model = @model, max_per_day = @max,
                paused_until = NULL, pause_reason = NULL
            WHERE id = 1 AND NOT (settings <=> @settings)
            """,
            cancellationToken, parameters) > 0;
        if (isOther)
        {
            await database.ExecuteAsync(
                "wake captions",
                $"""
                UPDATE captions SET caption_retry_at = CURRENT_TIMESTAMP(3), updated_at = updated_at
                WHERE caption_error_code IN ({CatalogueTable.Passing}) AND caption IS NULL
                """,
                cancellationToken);
        }

        return isOther;
    }

    /// <summary>Why captions pause, and until when; null where they do not.</summary>
    public async Task<CaptionPause?> FindPauseAsync(CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            "find pause",
            """
            SELECT CAST(UNIX_TIMESTAMP(paused_until) * 1000 AS SIGNED), pause_reason FROM captioning
            WHERE id = 1 AND paused_until > CURRENT_TIMESTAMP(3)
            """,
            row => new CaptionPause(DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0)), row.GetString(1)),
            cancellationToken)).SingleOrDefault();

    /// <summary>Has captions pause, unless they already do for longer.</summary>
    public async Task PauseAsync(CaptionPause pause, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync("make captioning row", "INSERT IGNORE INTO captioning (id) VALUES (1)", cancellationToken);
        await database.ExecuteAsync(
            "pause captions",
            """
            UPDATE captioning SET pause_reason = LEFT(@reason, 1000), paused_until = FROM_UNIXTIME(@until / 1000)
            WHERE id = 1 AND (paused_until IS NULL OR paused_until < FROM_UNIXTIME(@until / 1000))
            """,
            cancellationToken, ("@reason", pause.Reason), ("@until", pause.Until.ToUnixTimeMilliseconds()));
    }

    /// <summary>Notes under which name the configured model answers: an alias answers as the model that it stands for.</summary>
    public Task NoteAnswerAsync(string answeredAs, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "note model",
            "UPDATE captioning SET answered_as = @name WHERE id = 1 AND model IS NOT NULL AND NOT (answered_as <=> @name)",
            cancellationToken, ("@name", answeredAs));

    /// <summary>Counts one question to the model against the day's limit, before it is asked.</summary>
    /// <param name="maxPerDay">How often a day, in UTC, the model may be asked by all instances together.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False where the limit is reached.</returns>
    public async Task<bool> TryCountAskAsync(int maxPerDay, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync("make captioning row", "INSERT IGNORE INTO captioning (id) VALUES (1)", cancellationToken);

        // The right-hand sides see the old values where asked comes first.
        return await database.ExecuteAsync(
            "count question",
            """
            UPDATE captioning SET asked = IF(asked_on <=> UTC_DATE(), asked + 1, 1), asked_on = UTC_DATE()
            WHERE id = 1 AND (NOT (asked_on <=> UTC_DATE()) OR asked < @max)
            """,
            cancellationToken, ("@max", maxPerDay)) > 0;
    }

    /// <summary>Takes a question back that the provider did not answer.</summary>
    public Task UncountAskAsync(CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "uncount question",
            "UPDATE captioning SET asked = asked - 1 WHERE id = 1 AND asked_on = UTC_DATE() AND asked > 0",
            cancellationToken);

    /// <summary>Asks for another caption of every picture whose caption is not the configured model's, nor a person's.</summary>
    /// <returns>How many there are.</returns>
    public async Task<int> DescribeAllAgainAsync(CancellationToken cancellationToken)
    {
        var (model, answeredAs) = await FindModelAsync(cancellationToken);
        if (model is null)
        {
            return 0;
        }

        await database.ExecuteAsync(
            "describe all again",
            $"UPDATE captions SET caption_again = 1, caption_retry_at = NULL, updated_at = updated_at WHERE {IsByOthers}",
            cancellationToken, ("@model", model), ("@answeredAs", answeredAs));
        await database.ExecuteAsync(
            "note pictures to describe again",
            "UPDATE captioning SET again_total = (SELECT COUNT(*) FROM captions WHERE caption_again = 1) WHERE id = 1",
            cancellationToken);
        return (int)await CountAgainAsync(cancellationToken);
    }

    /// <summary>Leaves every caption as it is that still waits to be written again.</summary>
    public Task LeaveAsTheyAreAsync(CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "leave captions",
            "UPDATE captions SET caption_again = 0, updated_at = updated_at WHERE caption_again = 1",
            cancellationToken);

    /// <summary>Notes that a person has read that captions are written without a model.</summary>
    public Task SeeHintAsync(CancellationToken cancellationToken) =>
        database.ExecuteAsync("note hint", "UPDATE captioning SET hint_seen = 1 WHERE id = 1", cancellationToken);

    /// <summary>How it is with captions as a whole.</summary>
    public async Task<CaptioningStatus> ReadAsync(CancellationToken cancellationToken)
    {
        var status = (await database.ReadAsync(
            "read captioning",
            """
            SELECT settings IS NOT NULL, model, max_per_day, IF(asked_on = UTC_DATE(), asked, 0), again_total, hint_seen,
                CAST(UNIX_TIMESTAMP(IF(paused_until > CURRENT_TIMESTAMP(3), paused_until, NULL)) * 1000 AS SIGNED), pause_reason
            FROM captioning WHERE id = 1
            """,
            row => new CaptioningStatus
            {
                IsKnown = row.GetBoolean(0),
                Model = row.IsDBNull(1) ? null : row.GetString(1),
                MaxPerDay = row.IsDBNull(2) ? null : row.GetInt32(2),
                AskedToday = row.IsDBNull(3) ? 0 : Convert.ToInt32(row.GetValue(3), CultureInfo.InvariantCulture),
                AgainTotal = row.GetInt32(4),
                IsHintSeen = row.GetBoolean(5),
                Pause = row.IsDBNull(6)
                    ? null
                    : new CaptionPause(DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)), row.GetString(7)),
            },
            cancellationToken)).SingleOrDefault() ?? new CaptioningStatus();
        var left = status.AgainTotal == 0 ? 0 : (int)await CountAgainAsync(cancellationToken);
        var (model, answeredAs) = await FindModelAsync(cancellationToken);
        var offline = $"caption_model = '{OfflineModel}' AND caption_edited_at IS NULL AND deleted_at IS NULL";
        return status with
        {
            AgainLeft = left,
            ByOthers = status.Model is null ? 0 : await CountUpToAsync(IsByOthers, model, answeredAs, cancellationToken),
            Offline = await CountUpToAsync(offline, model, answeredAs, cancellationToken),
        };
    }

    private async Task<int> CountUpToAsync(string condition, string? model, string? answeredAs, CancellationToken cancellationToken) =>
        (int)await database.CountAsync(
            "count captions",
            $"SELECT COUNT(*) FROM (SELECT 1 FROM captions WHERE {condition} LIMIT @limit) AS counted",
            cancellationToken, ("@model", model), ("@answeredAs", answeredAs), ("@limit", CaptioningStatus.MaxCounted));

    private Task<long> CountAgainAsync(CancellationToken cancellationToken) =>
        database.CountAsync(
            "count pictures to describe again", "SELECT COUNT(*) FROM captions WHERE caption_again = 1 AND deleted_at IS NULL",
            cancellationToken);

    private async Task<(string? Model, string? AnsweredAs)> FindModelAsync(CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            "find model",
            "SELECT model, COALESCE(answered_as, model) FROM captioning WHERE id = 1 AND model IS NOT NULL",
            row => ((string?)row.GetString(0), (string?)row.GetString(1)),
            cancellationToken)).SingleOrDefault();
}
