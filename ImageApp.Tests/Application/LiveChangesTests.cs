namespace ImageApp.Tests.Application;

/// <summary>Server-sent events beyond the usual: many listeners, much that was missed, deletions.</summary>
public sealed class LiveChangesTests(RunningApplication fixture)
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
