using ImageApp.LocalAws.S3.Store;
using static ImageApp.LocalAws.Console.PageLayout;

namespace ImageApp.LocalAws.Console;

/// <summary>A bucket and the first of its keys.</summary>
internal sealed class BucketPage(S3Store buckets) : IConsolePage
{
    private const int MostKeys = 1000;

    public string Folder => "buckets";

    public (string Title, Html Content)? Render(string name)
    {
        if (buckets.FindBucket(name) is not { } bucket)
        {
            return null;
        }

        var (count, bytes) = buckets.UsageOf(name);
        var page = buckets.List(name, new ListQuery("", "", "", MostKeys));
        var rows = page.Objects.Select(stored => new[]
        {
            Code(stored.Key),
            Html.Of($"{Size(stored.Size)}"),
            Html.Of($"{stored.Headers.ContentType ?? "–"}"),
            Clock(stored.LastModified),
        }).ToList();
        var more = page.Next is null ? Html.Empty : Html.Of($"<p>These are the first {MostKeys} keys.</p>");
        return ($"Bucket {name}", Html.Of(
            $"""
            <p><a href="/">Overview</a></p>
            <h1>Bucket {name}</h1>
            <dl>
            <div><dt>Objects</dt><dd>{count}</dd></div>
            <div><dt>Size</dt><dd>{Size(bytes)}</dd></div>
            <div><dt>Created</dt><dd>{Clock(bucket.CreatedAt)}</dd></div>
            <div><dt>Policy</dt><dd>{(bucket.Policy is null ? "none" : "yes")}</dd></div>
            <div><dt>Notifications</dt><dd>{Notifications(bucket)}</dd></div>
            </dl>
            {Section("keys", "Objects", rows.Count, Html.Of($"{more}{Table("Objects", ["Key", "Size#", "Type", "Modified"], rows, "The bucket is empty.")}"))}
            """));
    }

    private static Html Notifications(Bucket bucket) => bucket.Notifications is { Count: > 0 } notifications
        ? Html.Of(
            $"<ul>{notifications.Select(item => Html.Of($"<li>{string.Join(", ", item.Events)} to {Resource(item.DestinationArn)}</li>"))}</ul>")
        : Html.Of($"none");
}
