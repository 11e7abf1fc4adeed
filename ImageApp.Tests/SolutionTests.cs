using System.Xml.Linq;

namespace ImageApp.Tests;

public sealed class SolutionTests
{
    [Fact]
    public void Functions_and_core_are_declared_aot_compatible()
    {
        foreach (var project in new[] { "ImageApp.Core", "ImageApp.FunctionDefaults", "ImageApp.Imaging", "ImageApp.CaptionFunction", "ImageApp.ThumbnailFunction" })
        {
            var path = Path.Combine(RepositoryRoot.Path, project, project + ".csproj");
            Assert.Equal("true", XDocument.Load(path).Descendants("IsAotCompatible").Single().Value);
        }
    }
}
