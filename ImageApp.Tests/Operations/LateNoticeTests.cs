using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageApp.Tests.Application;
using ImageApp.Tests.Browser;
using ImageApp.Tests.Database;
using Microsoft.Playwright;
using MySqlConnector;
using static Microsoft.Playwright.Assertions;

namespace ImageApp.Tests.Operations;

/// <summary>That a step waits longer than usual is said to who looks at its picture.</summary>
public sealed class LateNoticeTests(DatabaseServer database, Chromium chromium)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_is_said_after_a_minute_without_a_result_and_not_before(bool script)
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await aws.S3.PutBucketAsync(WebProcess.Bucket, Cancel);
        var connection = await database.CreateDatabaseAsync();
        await using var web = await WebProcess.StartAsync(connection, aws.Server.Endpoint.Port, aws);

        // There are no functions here.
        using var form = new MultipartFormDataContent { { new ByteArrayContent(TestImages.Jpeg(30, 20)), "file", "patient.jpg" } };
        using var answer = await web.Http.PostAsync("/api/images", form, Cancel);
        var id = (long)(await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["images"]![0]!["id"]!;
        await using var context = await chromium.OpenAsync(
            new BrowserNewContextOptions { BaseURL = web.Address.ToString(), JavaScriptEnabled = script });
        var page = await context.NewPageAsync();
        string[] addresses = ["/", string.Create(CultureInfo.InvariantCulture, $"/images/{id}")];
        foreach (var address in addresses)
        {
            await page.GotoAsync(address);
            await Expect(page.Locator(".waiting")).ToContainTextAsync("Making the thumbnail");
            await Expect(page.Locator(".waiting .late")).ToBeHiddenAsync();
        }

        await using (var catalogue = new MySqlConnection(connection))
        {
            await catalogue.OpenAsync(Cancel);
            await using var command = new MySqlCommand(
                "UPDATE captions SET updated_at = CURRENT_TIMESTAMP(3) - INTERVAL 2 MINUTE",
                catalogue);
            Assert.Equal(1, await command.ExecuteNonQueryAsync(Cancel));
        }

        foreach (var address in addresses)
        {
            await page.GotoAsync(address);
            await Expect(page.Locator(".waiting .late")).ToBeVisibleAsync();
            await Expect(page.Locator(".waiting .late")).ToHaveTextAsync("It waits longer than usual");
        }
    }
}
