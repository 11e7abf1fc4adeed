using System.Net;

namespace ImageApp.LoadTest.Reporting;

/// <summary>A page of tables and charts that needs no other file.</summary>
internal static class HtmlPage
{
    private const string Style = """
        :root{color-scheme:light dark;--line:#8884;--0:#1f77b4;--1:#d95f02;--2:#2ca02c;--3:#9467bd;--4:#c2185b;--5:#607d8b}
        body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
        table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}
        th,td{padding:.25rem .75rem;border-bottom:1px solid var(--line);text-align:right}th:first-child,td:first-child{text-align:left}
        figure{margin:1.5rem 0}figcaption{font-weight:600}svg{width:100%;height:auto}
        svg text{font-size:12px;fill:currentColor}.grid{stroke:var(--line)}.line{fill:none;stroke-width:1.5}
        .c0{stroke:var(--0);background:var(--0)}.c1{stroke:var(--1);background:var(--1)}.c2{stroke:var(--2);background:var(--2)}.c3{stroke:var(--3);background:var(--3)}.c4{stroke:var(--4);background:var(--4)}.c5{stroke:var(--5);background:var(--5)}
        .legend{margin:0;font-size:.875rem}.legend span{margin-right:1rem}.legend i{display:inline-block;width:1rem;height:.25rem;margin-right:.35rem;vertical-align:middle}
        """;

    /// <summary>Puts a page together.</summary>
    public static string Of(string title, string body) =>
        $"<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>{WebUtility.HtmlEncode(title)}</title>\n<style>{Style}</style>\n<h1>{WebUtility.HtmlEncode(title)}</h1>\n{body}\n</html>\n";

    /// <summary>A table with a row of headings.</summary>
    public static string Table(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows) =>
        $"<table><thead><tr>{string.Concat(headings.Select(heading => $"<th scope=\"col\">{WebUtility.HtmlEncode(heading)}</th>"))}</tr></thead><tbody>"
        + string.Concat(rows.Select(row => $"<tr>{string.Concat(row.Select(cell => $"<td>{WebUtility.HtmlEncode(cell)}</td>"))}</tr>\n"))
        + "</tbody></table>\n";
}
