using ImageApp.Core.Catalogue;
using ImageApp.Tests.Database;
using ImageApp.Web.Pictures;
using MySqlConnector;

namespace ImageApp.Tests.Core;

/// <summary>The gallery's months, counted again only where something changed.</summary>
public sealed class MonthCountsTests(DatabaseServer server)
{
    private const string Insert = "INSERT INTO captions (image_key, file_name, uploaded_at, shown_at, updated_at) VALUES";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ImageOrder.Taken)]
    [InlineData(ImageOrder.Added)]
    public async Task What_changes_is_counted_and_what_does_not_is_not_counted_again(ImageOrder order)
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        await ExecuteAsync(database, $"""
            {Insert}
                ('a', 'a', '2020-01-05 12:00', '2020-01-05 12:00', '2020-01-05'),
                ('b', 'b', '2020-01-06 12:00', '2020-01-06 12:00', '2020-01-05'),
                ('c', 'c', '2020-02-05 12:00', '2020-02-05 12:00', '2020-01-05'),
                ('d', 'd', '2020-03-05 12:00', '2020-03-05 12:00', '2020-01-05')
            """);
        var time = new SteppingTime();
        using var counts = new MonthCounts(catalogue.Gallery, time);
        Assert.Equal("2020-03: 1, 2020-02: 1, 2020-01: 2", await ReadAsync());

        // A change of which nothing tells is not seen: nothing was counted again.
        await ExecuteAsync(database, "UPDATE captions SET deleted_at = '2020-01-01', updated_at = updated_at WHERE image_key = 'd'");
        Assert.Equal("2020-03: 1, 2020-02: 1, 2020-01: 2", await ReadAsync());

        // A deletion, the last one of a month, and one that comes; the month without a change is left as it was counted.
        await ExecuteAsync(
            database, "UPDATE captions SET deleted_at = '2020-01-01', updated_at = '2020-01-07' WHERE image_key IN ('a', 'c')");
        Assert.Equal("2020-03: 1, 2020-01: 1", await ReadAsync());
        await ExecuteAsync(database, $"""
            {Insert} ('e', 'e', '2019-12-31 23:59:59.999', '2019-12-31 23:59:59.999', '2020-01-08')
            """);
        Assert.Equal("2020-03: 1, 2020-01: 1, 2019-12: 1", await ReadAsync());

        // What moves from the month when it was added.
        await ExecuteAsync(database, """
            UPDATE captions SET shown_at = '2001-05-01', updated_at = '2020-01-09'
            WHERE image_key = 'b'
            """);
        Assert.Equal(
            order == ImageOrder.Taken ? "2020-03: 1, 2019-12: 1, 2001-05: 1" : "2020-03: 1, 2020-01: 1, 2019-12: 1", await ReadAsync());

        // More changes than are followed: all is counted.
        var many = Enumerable.Range(0, 1001)
            .Select(i => $"('many-{i}', 'many', '2018-07-01 12:00', '2018-07-01 12:00', '2020-01-10')");
        await ExecuteAsync(database, $"{Insert} {string.Join(',', many)}");
        Assert.Equal(
            order == ImageOrder.Taken ? "2019-12: 1, 2018-07: 1001, 2001-05: 1" : "2020-01: 1, 2019-12: 1, 2018-07: 1001",
            await ReadAsync());

        async Task<string> ReadAsync()
        {
            time.Step();
            var version = await catalogue.Gallery.ReadVersionAsync(new ImageQuery(1), Cancel);
            return string.Join(", ", (await counts.ReadAsync(order, version.After, Cancel))
                .Select(month => $"{month.Year:0000}-{month.Month:00}: {month.Count}"));
        }
    }

    private static async Task ExecuteAsync(MySqlDataSource database, string sql)
    {
        await using var connection = await database.OpenConnectionAsync(Cancel);
        await using var command = new MySqlCommand($"SET time_zone = '+00:00'; {sql}", connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private sealed class SteppingTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        // Longer than what was counted is kept, shorter than it is trusted.
        public void Step() => _now += TimeSpan.FromSeconds(15).Ticks;
    }
}
