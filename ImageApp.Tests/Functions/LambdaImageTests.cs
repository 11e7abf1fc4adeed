using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ImageApp.Tests.Functions;

/// <summary>Whether the zips and their layer would start in Lambda's image of Amazon Linux 2023, which has glibc 2.34: a program linked on
/// a newer system may ask for more than that. And whether they are as small as they should be.</summary>
public sealed partial class LambdaImageTests
{
    private static readonly Version Glibc = new(2, 34);

    // What the minimal image of Amazon Linux 2023 has.
    private static readonly string[] Libraries =
    [
        "ld-linux-x86-64.so.2",
        "ld-linux-aarch64.so.1",
        "libc.so.6",
        "libdl.so.2",
        "libgcc_s.so.1",
        "libm.so.6",
        "libpthread.so.0",
        "libresolv.so.2",
        "libstdc++.so.6",
    ];

    [Theory]
    [InlineData("CaptionFunction")]
    [InlineData("ThumbnailFunction")]
    public async Task Asks_for_nothing_that_the_image_has_not(string function)
    {
        using var sandbox = new LambdaSandbox(function);
        Assert.Equal(["LICENSE", "NOTICE", "bootstrap", "rds-ca.pem"], NamesIn(sandbox.TaskRoot));
        Assert.Equal(["LICENSE", "NOTICE"], NamesIn(sandbox.LayerRoot));
        var libraries = Path.Combine(sandbox.LayerRoot, "lib");
        Assert.Equal(["Magick.Native", "libvips.so.42"], NamesIn(libraries));
        foreach (var file in Directory.GetFiles(libraries).Append(sandbox.Program[0]))
        {
            using var objdump = Process.Start(new ProcessStartInfo("objdump", ["-p", file]) { RedirectStandardOutput = true })!;
            var headers = await objdump.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await objdump.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, objdump.ExitCode);
            var versions = GlibcVersion().Matches(headers).Select(match => Version.Parse(match.Groups[1].Value)).ToList();
            Assert.NotEmpty(versions);
            Assert.True(
                versions.Max() <= Glibc,
                $"{Path.GetFileName(file)} needs glibc {versions.Max()}; Lambda has {Glibc}. Package on a system with glibc {Glibc}, or one whose newer versions are not asked for (Debian 12, Ubuntu 22.04)."
            );
            Assert.Empty(Needed().Matches(headers).Select(match => match.Groups[1].Value).Except(Libraries));
        }
    }

    [Theory]
    [InlineData("CaptionFunction", 12)]
    [InlineData("ThumbnailFunction", 16)]
    public void A_functions_zip_is_small_and_with_its_layer_it_fits(string function, int megabytes)
    {
        Assert.InRange(new FileInfo(LambdaSandbox.ZipOf($"ImageApp.{function}")).Length, 1, megabytes * 1_000_000L);

        // Lambda takes 250 MB, unpacked, of a function and its layers; the collector's layer needs its part of that.
        using var sandbox = new LambdaSandbox(function);
        var files = new[] { sandbox.TaskRoot, sandbox.LayerRoot }
            .SelectMany(root => new DirectoryInfo(root).EnumerateFiles("*", SearchOption.AllDirectories));
        Assert.InRange(files.Sum(file => file.Length), 1, 125_000_000);
    }

    private static IEnumerable<string> NamesIn(string folder) =>
        Directory.GetFiles(folder).Select(file => Path.GetFileName(file).Split("-Q8-")[0]).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\bGLIBC_(\d+\.\d+)")]
    private static partial Regex GlibcVersion();

    [GeneratedRegex(@"NEEDED\s+(\S+)")]
    private static partial Regex Needed();
}
