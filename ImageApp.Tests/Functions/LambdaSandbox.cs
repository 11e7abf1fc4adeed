using System.IO.Compression;

namespace ImageApp.Tests.Functions;

/// <summary>A function's zip and the layer of native libraries, unpacked beside each other as Lambda does for a sandbox.
/// <c>deploy/package</c>, which ./test calls, builds them.</summary>
internal sealed class LambdaSandbox : IDisposable
{
    /// <summary>The project whose zip is the layer.</summary>
    public const string Layer = "ImageApp.Imaging";

    private readonly string _folder = Directory.CreateTempSubdirectory("imageapp-sandbox-").FullName;

    /// <summary>Unpacks both.</summary>
    /// <param name="function">The function's name, for example <c>CaptionFunction</c>.</param>
    public LambdaSandbox(string function)
    {
        ZipFile.ExtractToDirectory(ZipOf($"ImageApp.{function}"), TaskRoot);
        ZipFile.ExtractToDirectory(ZipOf(Layer), LayerRoot);
    }

    /// <summary>Lambda's <c>/var/task</c>.</summary>
    public string TaskRoot => Path.Combine(_folder, "task");

    /// <summary>Lambda's <c>/opt</c>.</summary>
    public string LayerRoot => Path.Combine(_folder, "opt");

    /// <summary>The function's command line.</summary>
    public IReadOnlyList<string> Program => [Path.Combine(TaskRoot, "bootstrap")];

    /// <summary>Where a function is told that it is, and where libraries are looked for (Lambda Developer Guide, "Defined runtime
    /// environment variables"), without the runtime's own folders, which an OS-only runtime leaves empty.</summary>
    public IReadOnlyList<(string Key, string Value)> Environment =>
        [
            ("LAMBDA_TASK_ROOT", TaskRoot),
            ("LD_LIBRARY_PATH", string.Join(':', "/lib64", "/usr/lib64", TaskRoot, $"{TaskRoot}/lib", $"{LayerRoot}/lib")),
        ];

    /// <summary>The zip that is made of a project.</summary>
    public static string ZipOf(string project)
    {
        var zip = Path.Combine(RepositoryRoot.Path, "artifacts", project + ".zip");
        Assert.True(File.Exists(zip), $"{zip} is not there: deploy/package builds it.");
        return zip;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
