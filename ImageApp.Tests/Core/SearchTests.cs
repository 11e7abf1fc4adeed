using ImageApp.Core;
using ImageApp.Core.Catalogue;
using ImageApp.Tests.Database;
using ImageApp.Web.Pictures;
using MySqlConnector;

namespace ImageApp.Tests.Core;

/// <summary>Search as people type it, against a real server.</summary>
public sealed class SearchTests(DatabaseServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("京都の写真.jpg", "京都")]
    [InlineData("東京都庁舎の夜景.jpg", "京都庁")]
    [InlineData("東京都庁舎の夜景.jpg", "京都庁舎の夜")]
    [InlineData("東京都庁舎の夜景.jpg", "景")]
    [InlineData("東京都庁舎の夜景.jpg", "舎")]
    [InlineData("東京タワー.jpg", "タワー")]
    [InlineData("東京tower2024.jpg", "tower")]
    [InlineData("東京tower2024.jpg", "東京tower")]
    [InlineData("黄色的花朵在花园里.jpg", "花朵在")]
    [InlineData("한국의아름다운풍경.jpg", "아름다운")]
    [InlineData("한국의 풍경.jpg", "풍경")]
    [InlineData("ทะเลสาบสีฟ้า.jpg", "สาบสีฟ้า")]
    [InlineData("नमस्ते दुनिया.jpg", "नमस्ते")]
    [InlineData("Привет мир.jpg", "привет")]
    [InlineData("Москва.jpg", "МОСК")]
    [InlineData("ΑΘΗΝΑ.jpg", "αθήνα")]
    [InlineData("ｶﾒﾗ.jpg", "カメラ")]
    [InlineData("ＡＢＣ.jpg", "abc")]
    [InlineData("YellowFlower.jpg", "flower")]
    [InlineData("myBigYellowFlower.jpg", "yellowflower")]
    [InlineData("HTMLParser.jpg", "parser")]
    [InlineData("IMG20240612.jpg", "20240612")]
    [InlineData("yellow_flower-big.jpg", "flower")]
    [InlineData("DSC_0042.jpg", "\"DSC_0042\"")]
    [InlineData("DSC_0042.jpg", "DSC_0042")]
    [InlineData("Straße.jpg", "strasse")]
    [InlineData("Éclair à la crème.jpg", "eclair creme")]
    [InlineData("a 100% b.jpg", "\"100% b\"")]
    public async Task What_a_name_says_is_found(string name, string typed)
    {
        foreach (var (stored, searched) in new[] { (name, typed), (Nfd(name), typed), (name, Nfd(typed)) })
        {
            await using var database = await server.CreateCatalogueAsync();
            var catalogue = new CatalogueByAudience(database);
            await catalogue.Results.ObserveAsync(new ObservedObject("images/1", "e", 1, null, PlainText.FileName(stored)), Cancel);
            Assert.Equal(1, await CountAsync(catalogue, searched));
            await catalogue.Results.ObserveAsync(new ObservedObject("images/2", "e", 1, null, "x"), Cancel);
            await catalogue.Results.SaveCaptionAsync("images/2", "e", new CaptionResult(PlainText.Paragraph(stored), "m"), Cancel);
            Assert.Equal(2, await CountAsync(catalogue, searched));
        }
    }

    [Theory]
    [InlineData("東京都庁舎.jpg", "京庁")]
    [InlineData("東京都、京都府.jpg", "東京都府")]
    [InlineData("京都 都庁.jpg", "京都庁")]
    [InlineData("YellowFlower.jpg", "lower")]
    [InlineData("Москва.jpg", "сква")]
    [InlineData("flowers.jpg", "flowersbed")]
    public async Task What_a_name_does_not_say_is_not_found(string name, string typed)
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        await catalogue.Results.ObserveAsync(new ObservedObject("images/1", "e", 1, null, name), Cancel);

        Assert.Equal(0, await CountAsync(catalogue, typed));
    }

    [Fact]
    public async Task A_caption_that_is_replaced_or_dropped_is_found_by_its_new_words_alone()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        var id = (await catalogue.Results.ObserveAsync(new ObservedObject("images/1", "e", 1, null, "n"), Cancel)).Id;
        await catalogue.Results.SaveCaptionAsync("images/1", "e", new CaptionResult("A lighthouse.", "m"), Cancel);
        await catalogue.Gallery.EditCaptionAsync(id, "A harbour.", null, Cancel);
        Assert.Equal((0, 1), (await CountAsync(catalogue, "lighthouse"), await CountAsync(catalogue, "harbour")));

        await catalogue.Results.ObserveAsync(new ObservedObject("images/1", "other", 1, null, "n"), Cancel);
        Assert.Equal(0, await CountAsync(catalogue, "harbour"));
    }

    [Fact]
    public async Task Rows_that_an_older_version_wrote_are_found_once_they_are_indexed_and_no_page_hears_of_it()
    {
        await using var database = await server.CreateCatalogueAsync();
        var catalogue = new CatalogueByAudience(database);
        await using (var connection = await database.OpenConnectionAsync(Cancel))
        await using (
            var older = new MySqlCommand(
                "INSERT INTO captions (image_key, file_name, caption, uploaded_at, updated_at) VALUES "
                    + "('images/1', 'Cafe\u0301Noir.jpg', 'Ein Fru\u0308hstu\u0308ck.', CURRENT_TIMESTAMP(3), '2020-01-01'), ('images/2', 'x', NULL, CURRENT_TIMESTAMP(3), '2020-01-01')",
                connection
            )
        )
        {
            await older.ExecuteNonQueryAsync(Cancel);
        }

        Assert.Equal(1, await catalogue.Upkeep.IndexTextsAsync(1, Cancel));
        Assert.Equal(1, await catalogue.Upkeep.IndexTextsAsync(10, Cancel));
        Assert.Equal(0, await catalogue.Upkeep.IndexTextsAsync(10, Cancel));

        Assert.Equal((1, 1), (await CountAsync(catalogue, "noir"), await CountAsync(catalogue, "fruhstuck")));
        var row = (await catalogue.Results.FindAsync("images/1", Cancel))!;
        Assert.Equal(("Caf\u00E9Noir.jpg", "Ein Fr\u00FChst\u00FCck.", 2020), (row.FileName, row.Caption, row.UpdatedAt.Year));

        await using (var connection = await database.OpenConnectionAsync(Cancel))
        await using (var older = new MySqlCommand("UPDATE captions SET caption = 'A windmill.' WHERE image_key = 'images/2'", connection))
        {
            await older.ExecuteNonQueryAsync(Cancel);
        }

        await catalogue.Upkeep.ForgetStaleTextsAsync(null, Cancel);
        Assert.Equal(1, await catalogue.Upkeep.IndexTextsAsync(10, Cancel));
        Assert.Equal(1, await CountAsync(catalogue, "windmill"));
    }

    [Theory]
    [InlineData("東京都庁舎", "京都庁", "東京都庁舎", "京都庁")]
    [InlineData("YellowFlower", "flower", "YellowFlower", "Flower")]
    [InlineData("a flower", "flow", "a flower", "flow")]
    [InlineData("sunflower", "flower", "sunflower", "")]
    public void What_was_found_is_shown_where_it_is(string text, string typed, string whole, string found)
    {
        var parts = Highlighting.Split(text, SearchTerms.Parse(typed)!.Words).ToList();
        Assert.Equal(whole, string.Concat(parts.Select(part => part.Text)));
        Assert.Equal(found, string.Concat(parts.Where(part => part.Found).Select(part => part.Text)));
    }

    private static Task<long> CountAsync(CatalogueByAudience catalogue, string typed) =>
        catalogue.Gallery.CountAsync(new ImageQuery(10) { Search = SearchTerms.Parse(typed) }, Cancel);

    // As macOS sends names: a few of its decompositions, since this process normalizes nothing itself.
    private static string Nfd(string text) =>
        text.Replace("é", "e\u0301", StringComparison.Ordinal)
            .Replace("è", "e\u0300", StringComparison.Ordinal)
            .Replace("É", "E\u0301", StringComparison.Ordinal)
            .Replace("à", "a\u0300", StringComparison.Ordinal)
            .Replace("ή", "η\u0301", StringComparison.Ordinal)
            .Replace("한", "\u1112\u1161\u11AB", StringComparison.Ordinal)
            .Replace("국", "\u1100\u116E\u11A8", StringComparison.Ordinal)
            .Replace("다", "\u1103\u1161", StringComparison.Ordinal)
            .Replace("풍", "\u1111\u116E\u11BC", StringComparison.Ordinal)
            .Replace("が", "か\u3099", StringComparison.Ordinal);
}
