using System.Globalization;

namespace ImageApp.LocalAws.Console;

/// <summary>What all pages have in common.</summary>
internal static class PageLayout
{
    public const string StylePath = "/_local/style.css";
    public const string IconPath = "/_local/icon.svg";

    /// <summary>A whole document.</summary>
    public static Html Document(string title, Html content, LocalAwsOptions options, DateTimeOffset now) => Html.Of(
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{title} · Local AWS</title>
        <link rel="stylesheet" href="{StylePath}">
        <link rel="icon" href="{IconPath}" type="image/svg+xml">
        </head>
        <body>
        <a class="skip" href="#content">Skip to content</a>
        <header>
        <p class="brand"><a href="/">Local AWS</a></p>
        <p class="facts">{options.Region} · account {options.AccountId} · {Clock(now)}</p>
        </header>
        <main id="content">
        {content}
        </main>
        <footer><p>As of {Clock(now)}; reload the page for later.</p></footer>
        </body>
        </html>
        """);

    /// <summary>A section with a heading that leads to it.</summary>
    public static Html Section(string id, string heading, int count, Html content) => Html.Of(
        $"""
        <section aria-labelledby="{id}">
        <h2 id="{id}">{heading} <span class="count">{count}</span></h2>
        {content}
        </section>

        """);

    /// <summary>A table that scrolls by itself where it is too wide.</summary>
    /// <param name="label">What the table is of.</param>
    /// <param name="columns">The headings; one that ends in <c>#</c> is of numbers.</param>
    /// <param name="rows">The cells of each row; the first is the row's heading.</param>
    /// <param name="empty">What to say where there is no row.</param>
    public static Html Table(string label, IReadOnlyList<string> columns, IReadOnlyCollection<Html[]> rows, string empty)
    {
        if (rows.Count == 0)
        {
            return Html.Of($"<p class=\"empty\">{empty}</p>");
        }

        Html Class(int column) => columns[column].EndsWith('#') ? Html.Of($" class=\"number\"") : Html.Empty;
        var headings = columns.Select((name, i) => Html.Of($"<th scope=\"col\"{Class(i)}>{name.TrimEnd('#')}</th>"));
        Html Cell(Html cell, int i) => i == 0 ? Html.Of($"<th scope=\"row\">{cell}</th>") : Html.Of($"<td{Class(i)}>{cell}</td>");
        var lines = rows.Select(cells => Html.Of($"<tr>{cells.Select(Cell)}</tr>\n"));
        return Html.Of(
            $"""
            <div class="scroll" role="region" aria-label="{label}" tabindex="0">
            <table>
            <thead><tr>{headings}</tr></thead>
            <tbody>
            {lines}</tbody>
            </table>
            </div>
            """);
    }

    /// <summary>A state in words, with a colour beside it.</summary>
    public static Html State(string text, StateKind kind) =>
        Html.Of($"<span class=\"state {kind.ToString().ToLowerInvariant()}\">{text}</span>");

    /// <summary>A code or name in the font of programs.</summary>
    public static Html Code(string text) => Html.Of($"<code>{text}</code>");

    /// <summary>A name that leads to its page.</summary>
    public static Html Link(string folder, string name) =>
        Html.Of($"<a href=\"/_local/{folder}/{Uri.EscapeDataString(name)}\">{name}</a>");

    /// <summary>A resource's kind and name instead of its ARN.</summary>
    public static Html Resource(string arn) => arn.Split(':', 6) switch
    {
        ["arn", _, "s3", .., var bucket] => Html.Of($"bucket {Link("buckets", bucket)}"),
        ["arn", _, "sqs", .., var queue] => Html.Of($"queue {Link("queues", queue)}"),
        ["arn", _, "sns", .., var topic] => Html.Of($"topic {topic}"),
        ["arn", _, "lambda", .., var function] => Html.Of($"function {function.Split(':')[^1]}"),
        _ => Html.Of($"{arn}"),
    };

    /// <summary>A point in time.</summary>
    public static Html Clock(DateTimeOffset time)
    {
        var exact = time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        var said = time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        return Html.Of($"<time datetime=\"{exact}\">{said} UTC</time>");
    }

    /// <summary>How long something lasts, as people say it.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { TotalSeconds: < 0 } => "0 s",
        { TotalMinutes: < 1 } => FormattableString.Invariant($"{(int)span.TotalSeconds} s"),
        { TotalHours: < 1 } => FormattableString.Invariant($"{span.Minutes} min {span.Seconds} s"),
        { TotalDays: < 1 } => FormattableString.Invariant($"{span.Hours} h {span.Minutes} min"),
        _ => FormattableString.Invariant($"{(int)span.TotalDays} d {span.Hours} h"),
    };

    /// <summary>A number of bytes, as people say it.</summary>
    public static string Size(long bytes)
    {
        string[] units = ["B", "KB", "MB", "GB", "TB"];
        double size = bytes;
        var unit = 0;
        while (size >= 1024 && unit < units.Length - 1)
        {
            size /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{size:0.#} {units[unit]}");
    }
}

/// <summary>How good a state is.</summary>
internal enum StateKind
{
    Good,
    Busy,
    Bad,
    Quiet,
}
