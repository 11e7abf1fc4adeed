namespace ImageApp.Web.Content;

/// <summary>Names of files in one archive: no two the same, also where case does not count, and none a path.</summary>
/// <param name="reserved">Names that no picture gets.</param>
internal sealed class ArchiveNames(params IEnumerable<string> reserved)
{
    private readonly HashSet<string> _taken = new(reserved, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> _next = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The name for a picture: its own, or with a number.</summary>
    public string Of(string fileName)
    {
        var name = fileName.Replace('/', '_').Replace('\\', '_');
        var unique = name;

        // Cameras begin again at 0001: of a thousand pictures of one name the last does not ask for all the others.
        var i = _next.GetValueOrDefault(name, 2);
        for (; !_taken.Add(unique); i++)
        {
            unique = $"{Path.GetFileNameWithoutExtension(name)} ({i}){Path.GetExtension(name)}";
        }

        _next[name] = i;
        return unique;
    }
}
