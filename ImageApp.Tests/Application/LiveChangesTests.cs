using ImageApp.Tests.Browser;
using ImageApp.Tests.Database;

namespace ImageApp.Tests.Application;

/// <summary>Server-sent events beyond the usual: many listeners, much that was missed, deletions.</summary>
public sealed class LiveChangesTests(RunningApplication fixture, DatabaseServer database)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_a_deleted_picture_only_its_id_is_told()
    {
        var app = await fixture.StartAsync();
        var id = (long)(await app.UploadAsync("told.jpg", TestImages.Jpeg(511, 301)))["id"]!;
        using var reader = await ListenAsync(app, "/api/events");

        await app.Web.DeleteAsync($"/api/images/{id}", Cancel);

        var (name, data) = await ReadUntilAsync(
            reader,
            (_, data) =>
                data.StartsWith($$"""{"id":{{id}},""", StringComparison.Ordinal)
                && data.Contains("\"deleted\":true", StringComparison.Ordinal)
        );
        Assert.Equal(("image", $$"""{"id":{{id}},"deleted":true}"""), (name, data));
    }

    [Fact]
    public async Task Who_listens_where_nothing_changes_is_connected_at_once()
    {
        await using var aws = await LocalAwsInstance.StartAsync();
        await aws.S3.PutBucketAsync(WebProcess.Bucket, Cancel);
        await using var web = await WebProcess.StartAsync(await database.CreateDatabaseAsync(), aws.Server.Endpoint.Port, aws);
        using var answer = await web.Http.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead, Cancel);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancel));
        Assert.Equal(("alive", "{}"), await ReadUntilAsync(reader, (_, _) => true));
    }

    private static async Task<StreamReader> ListenAsync(RunningApplication app, string address) =>
        new(await (await app.Web.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, Cancel)).Content.ReadAsStreamAsync(Cancel));

    private static async Task<(string Name, string Data)> ReadUntilAsync(StreamReader reader, Func<string, string, bool> until)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        var (name, data) = ("", "");
        while (await reader.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line["event: ".Length..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                data = line["data: ".Length..];
            }
            else if (line.Length == 0 && until(name, data))
            {
                return (name, data);
            }
        }

        throw new EndOfStreamException("The events ended.");
    }
}
