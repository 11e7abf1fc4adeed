using System.Security.Cryptography;
using ImageApp.Core.Catalogue;
using ImageApp.Tests.Database;
using MySqlConnector;

namespace ImageApp.Tests.Core;

/// <summary>Shared links over a real database.</summary>
public sealed class ShareCatalogueTests(DatabaseServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_link_is_found_by_its_token_until_it_expires_or_is_revoked()
    {
        await using var database = await server.CreateCatalogueAsync();
        var shares = new ShareCatalogue(database);
        var image = await AlbumCatalogueTests.AddAsync(database, "shared.jpg");
        var album = await new AlbumCatalogue(database).CreateAsync("Party", Cancel);
        var (first, second) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32));
        var id = await shares.CreateAsync(new NewShare(first, image, null, null, null), Cancel);
        await shares.CreateAsync(new NewShare(second, null, album, TimeSpan.FromDays(1), [1, 2, 3]), Cancel);

        var found = await shares.FindAsync(first, Cancel);
        Assert.Equal((id, image, null, "shared.jpg"), (found!.Id, found.ImageId, found.AlbumId, found.Title));
        Assert.Null(found.ExpiresAt);
        var other = await shares.FindAsync(second, Cancel);
        Assert.Equal((null, album, "Party"), (other!.ImageId, other.AlbumId, other.Title));
        Assert.Equal([1, 2, 3], other.PasswordHash!);
        Assert.InRange(other.ExpiresAt!.Value, DateTimeOffset.UtcNow.AddHours(23), DateTimeOffset.UtcNow.AddHours(25));
        Assert.Null(await shares.FindAsync(RandomNumberGenerator.GetBytes(32), Cancel));
        Assert.Equal(2, (await shares.ListAsync(Cancel)).Count);

        Assert.True(await shares.RevokeAsync(id, Cancel));
        Assert.False(await shares.RevokeAsync(id, Cancel));
        Assert.Null(await shares.FindAsync(first, Cancel));
        await ExecuteAsync(database, "UPDATE shares SET expires_at = CURRENT_TIMESTAMP(3) - INTERVAL 1 SECOND");
        Assert.Null(await shares.FindAsync(second, Cancel));
        Assert.Empty(await shares.ListAsync(Cancel));
    }

    [Fact]
    public async Task Guesses_are_counted_for_all_instances_until_their_time_is_over()
    {
        await using var database = await server.CreateCatalogueAsync();
        var shares = new ShareCatalogue(database);
        var image = await AlbumCatalogueTests.AddAsync(database, "guessed.jpg");
        var id = await shares.CreateAsync(new NewShare(new byte[32], image, null, null, [1]), Cancel);

        var counted = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => shares.TryCountGuessAsync(id, 10, TimeSpan.FromMinutes(15), Cancel)));
        Assert.Equal(10, counted.Count(isTried => isTried));
        Assert.False(await shares.TryCountGuessAsync(id, 10, TimeSpan.FromMinutes(15), Cancel));

        await ExecuteAsync(database, "UPDATE shares SET guesses_since = guesses_since - INTERVAL 16 MINUTE");
        Assert.True(await shares.TryCountGuessAsync(id, 10, TimeSpan.FromMinutes(15), Cancel));
        await shares.ForgetGuessesAsync(id, Cancel);
        for (var i = 0; i < 10; i++)
        {
            Assert.True(await shares.TryCountGuessAsync(id, 10, TimeSpan.FromMinutes(15), Cancel));
        }
    }

    [Fact]
    public async Task A_link_goes_with_what_it_leads_to()
    {
        await using var database = await server.CreateCatalogueAsync();
        var shares = new ShareCatalogue(database);
        var albums = new AlbumCatalogue(database);
        var album = await albums.CreateAsync("Gone", Cancel);
        await shares.CreateAsync(new NewShare(new byte[32], null, album, null, null), Cancel);
        await albums.DeleteAsync(album, Cancel);
        Assert.Null(await shares.FindAsync(new byte[32], Cancel));
    }

    private static async Task ExecuteAsync(MySqlDataSource database, string sql)
    {
        await using var connection = await database.OpenConnectionAsync(Cancel);
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
