using System.Diagnostics;
using System.Runtime.Versioning;

namespace ImageApp.Tests.Hardening;

/// <summary><c>eng/audit</c>, against registries that know, that do not, and that know something bad.</summary>
[SupportedOSPlatform("linux")]
public sealed class AuditTests : IDisposable
{
    private const string Knows = "{\"resources\":[{\"@type\":\"VulnerabilityInfo/6.7.0\"}]}";
    private const string Clean = "{\"vulnerabilities\":{},\"metadata\":{\"vulnerabilities\":{\"total\": 0}}}";
    private const string Bad = "{\"vulnerabilities\":{\"left\":{}},\"metadata\":{\"vulnerabilities\":{\"total\": 1}}}";
    private readonly string _folder = Directory.CreateTempSubdirectory("imageapp-audit-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_registry_that_does_not_know_is_said_not_to()
    {
        var (exit, output) = await RunAsync(index: "{}", packages: "unasked", audit: "{\"message\":\"405 Method Not Allowed\"}");
        Assert.Equal(0, exit);
        Assert.Contains("NuGet: no package source here publishes known vulnerabilities; nothing was checked.", output);
        Assert.Contains("npm: the registry does not answer audits; what the tests of pages use was not checked.", output);
        Assert.DoesNotContain("no known vulnerability", output);
    }

    [Fact]
    public async Task Nothing_known_is_said_and_is_no_failure()
    {
        var (exit, output) = await RunAsync(Knows, "has no vulnerable packages given the current sources.", Clean);
        Assert.Equal(0, exit);
        Assert.Contains("NuGet: no package that is used has a known vulnerability.", output);
        Assert.Contains("npm: what the tests of templates use has no known vulnerability.", output);
        Assert.DoesNotContain("not checked", output);
    }

    [Theory]
    [InlineData("   > Bad.Package   1.0.0   1.0.0   High", Clean, "Bad.Package")]
    [InlineData("has no vulnerable packages", Bad, "npm: what the tests of pages use has known vulnerabilities")]
    public async Task A_known_vulnerability_is_named_and_fails(string packages, string audit, string named)
    {
        var (exit, output) = await RunAsync(Knows, packages, audit);
        Assert.Equal(1, exit);
        Assert.Contains(named, output);
    }

    private async Task<(int Exit, string Output)> RunAsync(string index, string packages, string audit)
    {
        Write("curl", $"cat <<'END'\n{index}\nEND");
        Write("dotnet", $"case \"$*\" in *source*) echo 'E https://feed.example/index.json' ;; *) cat <<'END'\n{packages}\nEND\n;; esac");
        Write("npm", $"case \"$1\" in audit) cat <<'END'\n{audit}\nEND\n;; esac");
        var start = new ProcessStartInfo(Path.Combine(RepositoryRoot.Path, "eng", "audit"))
        {
            RedirectStandardOutput = true,
            Environment = { ["PATH"] = $"{_folder}:/usr/bin:/bin" },
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, output);
    }

    private void Write(string name, string script)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
