using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ImageApp.Tests;

/// <summary>The rules that the folders promise.</summary>
public sealed partial class ArchitectureTests
{
    private const int MostColumns = 140;

    // What each project of ours may refer to. A new reference is a decision: it is made here first.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["ImageApp.Core"] = [],
        ["ImageApp.Imaging"] = ["ImageApp.Core"],
        ["ImageApp.ServiceDefaults"] = [],
        ["ImageApp.FunctionDefaults"] = ["ImageApp.Core", "ImageApp.ServiceDefaults"],
        ["ImageApp.Web"] = ["ImageApp.Core", "ImageApp.ServiceDefaults"],
        ["ImageApp.ThumbnailFunction"] = ["ImageApp.Core", "ImageApp.FunctionDefaults", "ImageApp.Imaging"],
        ["ImageApp.CaptionFunction"] = ["ImageApp.Core", "ImageApp.FunctionDefaults", "ImageApp.Imaging"],
        ["ImageApp.SchemaFunction"] = ["ImageApp.Core"],
        ["ImageApp.LocalAws"] = ["ImageApp.ServiceDefaults"],
        ["ImageApp.Scaling"] = [],
        ["ImageApp.Balancer"] = ["ImageApp.Scaling"],
        ["ImageApp.LoadTest"] = ["ImageApp.Scaling"],
        ["ImageApp.Benchmarks"] = ["ImageApp.Imaging", "ImageApp.LoadTest"],
        ["ImageApp.RenderMemory"] = ["ImageApp.Core", "ImageApp.Imaging"],
        ["ImageApp.AppHost"] =
        [
            "ImageApp.Balancer",
            "ImageApp.CaptionFunction",
            "ImageApp.LocalAws",
            "ImageApp.Scaling",
            "ImageApp.ThumbnailFunction",
            "ImageApp.Web",
        ],
    };

    public static TheoryData<string> Projects =>
        [.. ProjectFiles().Select(file => Path.GetFileNameWithoutExtension(file)!).Where(name => name != "ImageApp.Tests")];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_only_to_what_its_place_allows(string project)
    {
        Assert.True(
            Allowed.TryGetValue(project, out var allowed),
            $"{project} has no rule: say in {nameof(ArchitectureTests)} what it may refer to."
        );
        var references = References(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')));
        Assert.Empty(references.Except(allowed));
    }

    [Theory]
    [InlineData("ImageApp.Web", "NetVips")]
    [InlineData("ImageApp.Core", "NetVips")]
    [InlineData("ImageApp.LocalAws", "AWSSDK")]
    [InlineData("ImageApp.Balancer", "AWSSDK")]
    public void A_project_keeps_away_from(string project, string package) =>
        Assert.DoesNotContain(References(project, "PackageReference"), name => name.StartsWith(package, StringComparison.Ordinal));

    [Fact]
    public void Nothing_that_ships_refers_to_what_is_local_or_measures()
    {
        foreach (var file in ProjectFiles().Where(file => Path.GetDirectoryName(Path.GetDirectoryName(file)) == RepositoryRoot.Path))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (name is not ("ImageApp.AppHost" or "ImageApp.Tests"))
            {
                var text = File.ReadAllText(file);
                Assert.DoesNotContain("../local/", text);
                Assert.DoesNotContain("../measure/", text);
            }
        }
    }

    [Fact]
    public void Local_aws_knows_nothing_of_images()
    {
        foreach (var file in Sources("local/ImageApp.LocalAws"))
        {
            Assert.DoesNotContain("using ImageApp.Core", File.ReadAllText(file));
        }
    }

    [Theory]
    [InlineData("ImageApp.Core")]
    [InlineData("ImageApp.Imaging")]
    [InlineData("ImageApp.FunctionDefaults")]
    [InlineData("ImageApp.CaptionFunction")]
    [InlineData("ImageApp.ThumbnailFunction")]
    public void What_runs_in_lambda_is_declared_aot_compatible(string project) =>
        Assert.Equal("true", XDocument.Load(FileOf(project)).Descendants("IsAotCompatible").Single().Value);

    [Fact]
    public void Time_is_asked_of_a_time_provider()
    {
        var asked = new[]
        {
            "ImageApp.Core",
            "ImageApp.FunctionDefaults",
            "ImageApp.CaptionFunction",
            "ImageApp.ThumbnailFunction",
            "ImageApp.Web",
            "local/ImageApp.LocalAws",
        }
            .SelectMany(Sources)
            .SelectMany(file =>
                File.ReadLines(file)
                    .Where(line =>
                        line.Contains("DateTimeOffset.UtcNow", StringComparison.Ordinal)
                        || line.Contains("DateTime.Now", StringComparison.Ordinal)
                    )
                    .Select(line => $"{Path.GetRelativePath(RepositoryRoot.Path, file)}: {line.Trim()}")
            );
        Assert.Empty(asked);
    }

    [Fact]
    public void Lines_fit_a_screen()
    {
        var razor = Directory.EnumerateFiles(RepositoryRoot.Path, "*.razor", SearchOption.AllDirectories).Where(IsOurs);
        Assert.Empty(Sources("").Concat(razor).SelectMany(LongLines));
    }

    // A literal may be longer: breaking it would hide what it is.
    private static IEnumerable<string> LongLines(string file)
    {
        var raw = false;
        foreach (var (i, line) in File.ReadLines(file).Index())
        {
            var startsWithLiteral = LiteralStart().IsMatch(line);
            if (line.Length > MostColumns && !raw && !startsWithLiteral)
            {
                yield return $"{Path.GetRelativePath(RepositoryRoot.Path, file)}:{i + 1}";
            }

            raw ^= (line.Split("\"\"\"").Length - 1) % 2 == 1;
        }
    }

    [Fact]
    public void Types_are_named_for_what_they_are()
    {
        var names = Sources("")
            .Select(Path.GetFileNameWithoutExtension)
            .Where(name =>
                name!.EndsWith("Helper", StringComparison.Ordinal)
                || name.EndsWith("Helpers", StringComparison.Ordinal)
                || name.EndsWith("Manager", StringComparison.Ordinal)
                || name.EndsWith("Utils", StringComparison.Ordinal)
            );
        Assert.Empty(names);
    }

    private static string FileOf(string project) => ProjectFiles().Single(file => Path.GetFileNameWithoutExtension(file) == project);

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(FileOf(project)).Descendants(kind).Select(reference => (string)reference.Attribute("Include")!);

    private static IEnumerable<string> ProjectFiles() =>
        Directory
            .EnumerateFiles(RepositoryRoot.Path, "ImageApp.*.csproj", SearchOption.AllDirectories)
            .Where(IsOurs)
            .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, folder), "*.cs", SearchOption.AllDirectories).Where(IsOurs);

    private static bool IsOurs(string file) =>
        !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "artifacts" or ".local" or "node_modules");

    [GeneratedRegex("""^\s*(\+ |Message = |echo |\[GeneratedRegex\(|\()?[$@]*["'{]""")]
    private static partial Regex LiteralStart();
}
