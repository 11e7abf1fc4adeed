namespace ImageApp.LocalAws.CloudFormation.Templates;

/// <summary>The order in which things that depend on one another can be made.</summary>
internal static class DependencyOrder
{
    /// <summary>
    /// Every item after all it depends on, otherwise in the order given. A dependency on what is not among the items counts for nothing.
    /// </summary>
    /// <exception cref="AwsServiceException">They depend on one another in a circle.</exception>
    public static IReadOnlyList<T> Of<T>(IReadOnlyCollection<T> items, Func<T, string> name, Func<T, IEnumerable<string>> dependencies)
    {
        var waiting = items.ToList();
        var missing = items.Select(name).ToHashSet(StringComparer.Ordinal);
        var ordered = new List<T>(items.Count);
        while (waiting.Count > 0)
        {
            var index = waiting.FindIndex(item => !dependencies(item).Any(missing.Contains));
            if (index < 0)
            {
                var circle = Circle(waiting, name, dependencies);
                throw TemplateErrors.Validation($"Circular dependency between resources: [{string.Join(", ", circle)}]");
            }

            ordered.Add(waiting[index]);
            missing.Remove(name(waiting[index]));
            waiting.RemoveAt(index);
        }

        return ordered;
    }

    /// <summary>Only those that form the circle, not what merely depends on it.</summary>
    private static IReadOnlyList<string> Circle<T>(List<T> waiting, Func<T, string> name, Func<T, IEnumerable<string>> dependencies)
    {
        var edges = waiting.ToDictionary(name, item => dependencies(item).ToList(), StringComparer.Ordinal);
        var path = new List<string>();
        var current = name(waiting[0]);
        while (!path.Contains(current))
        {
            path.Add(current);
            current = edges[current].First(edges.ContainsKey);
        }

        return path[path.IndexOf(current)..];
    }
}
