using System.Diagnostics;
using System.IO.Compression;
using System.Text.RegularExpressions;

namespace ImageApp.Tests.Functions;

/// <summary>Whether the zips would start in Lambda's image of Amazon Linux 2023, which has glibc 2.34: a program linked on a newer system
/// may ask for more than that.</summary>
public sealed partial class LambdaImageTests : IDisposable
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
    private readonly string _folder = Directory.CreateTempSubdirectory("imageapp-elf-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("CaptionFunction")]
    [InlineData("ThumbnailFunction")]
    public async Task Asks_for_nothing_that_the_image_has_not(string function)
    {
        ZipFile.ExtractToDirectory(Path.Combine(RepositoryRoot.Path, "artifacts", $"ImageApp.{function}.zip"), _folder);
        var files = Directory.GetFiles(_folder);
        var names = files.Select(file => Path.GetFileName(file).Split("-Q8-")[0]).Order(StringComparer.Ordinal);
        Assert.Equal(["LICENSE", "Magick.Native", "NOTICE", "bootstrap", "libvips.so.42", "rds-ca.pem"], names);
        foreach (var file in files.Where(file => Path.GetFileName(file) is not ("LICENSE" or "NOTICE" or "rds-ca.pem")))
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

    [GeneratedRegex(@"\bGLIBC_(\d+\.\d+)")]
    private static partial Regex GlibcVersion();

    [GeneratedRegex(@"NEEDED\s+(\S+)")]
    private static partial Regex Needed();
}
