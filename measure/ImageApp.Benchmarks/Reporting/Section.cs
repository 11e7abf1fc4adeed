using System.Globalization;
using System.Text;

namespace ImageApp.Benchmarks.Reporting;

/// <summary>What one measurement prints: its tables as Markdown, with the machine, the day and the command that repeats it.</summary>
internal sealed class Section
{
    private readonly StringBuilder _text = new();
    private readonly List<Figure> _figures = [];
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);

    /// <summary>Begins one.</summary>
    /// <param name="title">Its heading.</param>
    /// <param name="command">The command that repeats it.</param>
    public Section(string title, string command)
    {
        Title = title;
        _text.Append(CultureInfo.InvariantCulture, $"`{command}`, {DateTimeOffset.UtcNow:d MMMM yyyy}: {Machine.Describe()}.\n\n");
    }

    /// <summary>Its heading.</summary>
    public string Title { get; }

    /// <summary>What stands beside the document: names and texts.</summary>
    public IReadOnlyDictionary<string, string> Files => _files;

    /// <summary>Adds a figure, and says it at once: a measurement takes minutes.</summary>
    public void Add(Figure figure)
    {
        _figures.Add(figure);
        Console.Error.WriteLine(
            $"  {figure.What}: {Number(figure.Ours)} {figure.Unit}, {figure.Peer} {Number(figure.Theirs)} {figure.Unit} "
            + $"({Number(figure.TimesBetter)} times better)");
    }

    /// <summary>Adds a paragraph, or lines of Markdown.</summary>
    public void Say(string markdown) => _text.Append(markdown).Append("\n\n");

    /// <summary>Adds a table of its own, beside that of the figures.</summary>
    public void AddTable(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        AddRow(header);
        AddRow([.. header.Select(_ => "---")]);
        foreach (var row in rows)
        {
            AddRow(row);
        }

        _text.Append('\n');
    }

    /// <summary>Adds a file that stands beside the document.</summary>
    public void AddFile(string name, string content) => _files.Add(name, content);

    /// <summary>A number as it is printed: three digits that count.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.#", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.##", CultureInfo.InvariantCulture),
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };

    /// <summary>The whole as Markdown, without its heading.</summary>
    public string ToMarkdown()
    {
        var text = _text.ToString();
        if (_figures.Count == 0)
        {
            return text.TrimEnd('\n');
        }

        var table = new StringBuilder(
            "| what | unit | ImageApp | peer | its figure | times better | aim |\n| --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var figure in _figures)
        {
            table.Append(
                CultureInfo.InvariantCulture,
                $"| {figure.What} | {figure.Unit} | **{Number(figure.Ours)}** | {figure.Peer} | {Number(figure.Theirs)} | {Number(figure.TimesBetter)} | {figure.Aim} |\n");
        }

        var end = text.IndexOf("\n\n", StringComparison.Ordinal) + 2;
        return (text[..end] + table + "\n" + text[end..]).TrimEnd('\n');
    }

    private void AddRow(IReadOnlyList<string> cells) => _text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
